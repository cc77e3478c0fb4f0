/** What stands beside the records of a case, in both languages. */
export const README = `调阅材料 / Case file

case.json            案号、机关、事由、期间、申请人与两位批准人
                     case number, authority, reason, period, who asked and the two who agreed
conversations.json   会话清单 / the conversations
conversations/       每个会话一个文件，每行一条消息（JSON）/ one file a conversation, one message a line (JSON)
trail.jsonl          涉及该客户的审计条目原文，每行一条 / exact text of the audit entries about this person, one a line
proofs/              每个条目的包含证明（C2SP tlog-proof）/ the proof of each entry that it is in the signed tree
holds.json           涉及该客户的法律保全 / legal holds that name this person
keys/audit.keys      审计追踪的公钥 / public keys of the trail
audit-verify.mjs     独立验证程序，只需 Node.js / the independent verifier, it needs Node.js alone
manifest.json        每个文件的 SHA-256 / SHA-256 of every file
manifest.note        对 manifest.json 的签名（C2SP signed note）/ signature over manifest.json

核对 / To check
1. 将 keys/audit.keys 的指纹与银行书面公布的指纹核对。
   Compare the fingerprint of keys/audit.keys with the one the bank published on paper.
2. node audit-verify.mjs --proof proofs/条目编号.tlog-proof --keys keys/audit.keys
   node audit-verify.mjs --proof proofs/ID.tlog-proof --keys keys/audit.keys
3. sha256sum manifest.json 的结果应与 manifest.note 中的一致，其余文件应与 manifest.json 一致。
   sha256sum manifest.json gives what manifest.note says, and the other files what manifest.json says.

证明说明条目确在签名的树中；是否齐全，请向银行索取连续区间的完整导出。
A proof shows that an entry is in the signed tree. That none was left out is shown by a whole export of a range of the
trail, which the bank makes on request.
`;
