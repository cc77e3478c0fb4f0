import type { Lang, MandatoryRule } from './types.ts';

/** `always` hands over whatever the models say; `unlessAnswered` only when no article answers with confidence. */
export interface RuleHit {
  rule: MandatoryRule;
  strength: 'always' | 'unlessAnswered';
}

interface Rule {
  rule: MandatoryRule;
  strength: RuleHit['strength'];
  patterns: RegExp[];
  /** The rule is off where this matches: a negation, or a question about the procedure. */
  except?: RegExp;
}

// A report of something that happened goes to a person at once. A question about the procedure ("how do I report a
// lost card") goes to a person unless an approved article answers it with confidence. First match wins, gravest first.
const RULES_ZH: Rule[] = [
  {
    rule: 'self_harm',
    strength: 'always',
    patterns: [/自杀|自尽|轻生|不想活|活不下去|想死(?!机)|跳楼|割腕|寻短见|结束(?:自己的)?生命|死给你们看/],
  },
  {
    rule: 'fraud',
    strength: 'always',
    patterns: [
      /(?:我|卡|钱|账户|账号|存款).{0,8}(?:被|遭)(?:人)?(?:骗|诈骗|盗刷|盗用|冒用|盗取|偷转)/,
      /(?:被|遭)(?:人)?(?:骗了|骗走|诈骗了|盗刷了|冒用)|(?:上当|受骗)了|遇到(?:了)?(?:诈骗|骗子)|不是(?:我)?本人(?:操作|借|办理|申请|消费|交易)/,
    ],
    except: /会不会|如何防|怎么防|防范|如果|假如|万一|是不是骗/,
  },
  { rule: 'fraud', strength: 'unlessAnswered', patterns: [/诈骗|盗刷|冒用|骗子|骗局/] },
  {
    rule: 'lost_card',
    strength: 'always',
    patterns: [
      /(?:卡|存折|u盾|网银盾).{0,6}(?:丢了|不见了|弄丢|丢失了|遗失了|(?<!吞)掉了|被偷|被盗|找不到了)/,
      /(?:丢了|弄丢了|遗失了|偷了|找不到).{0,6}(?:卡|存折)|(?:钱包|皮夹).{0,4}(?:丢了|不见了|被偷|被盗)/,
    ],
    except:
      /如果|假如|万一|要是|怎么|怎样|咋|如何|哪里|去哪|流程|要多久|多少钱|收费|吞|电话卡|手机卡|sim|找到了|找着了|找回来/,
  },
  {
    rule: 'lost_card',
    strength: 'unlessAnswered',
    patterns: [/挂失|(?:卡|存折|钱包|u盾|网银盾).{0,6}(?:丢|不见了|遗失|(?<!吞)掉了|被偷|被盗|找不到了)/],
    // Found again, or reported already: nothing is urgent any more.
    except: /电话卡|手机卡|sim|找到了|找着了|找回来|挂失(?:了|后|过|以后|之后)|(?:解除|撤销|取消)挂失|解挂/,
  },
  {
    rule: 'complaint',
    strength: 'always',
    patterns: [
      /(?:我|要|想|去|必须|一定|马上).{0,4}(?:投诉|举报)(?!电话|渠道|热线)/,
      /^(?:投诉|举报)(?:你们|他们|你|客服|银行)?[!。,.]*$|投诉(?:你们|你)|银监会|银保监|消保|12378|12315|找律师|起诉你们|曝光你们/,
    ],
    except: /(?:不|没)(?:想|要|会)?(?:投诉|举报)|撤销投诉|投诉(?:进度|结果|处理)/,
  },
  { rule: 'complaint', strength: 'unlessAnswered', patterns: [/投诉|举报/] },
  {
    rule: 'human',
    strength: 'always',
    patterns: [
      /转(?:接)?(?:到)?(?:人工|真人|客服|坐席)|(?:要|找|需要|想要|给我|叫|换|请|接|求|联系|呼叫)(?:一?个|你们|一下|你们的)?(?:人工|真人|活人|坐席)/,
      /^(?:人工|人工客服|人工服务|人工坐席|真人|真人客服|转人工|客服|转客服)[!。,.?]*$|(?:有没有|有|没有)(?:人工|真人|活人)(?:客服|服务|坐席)?(?:吗|么|嘛|没有)?[!。,.?]*$/,
      /不(?:想|要)?(?:和|跟|与)?机器人|(?:要|想|让)(?:和|跟|与)(?:人工|真人|客服|人说|人聊|人讲)|(?:叫|换|找|派|来|安排)(?:一?个|位)?(?:真|活)?人(?:来|跟|和|给|帮|说|聊)|找(?:一?下)?(?:你们)?(?:的)?客服|接线员|(?:转|接)(?:一?下|一?个)?(?:人工|真人|客服)/,
    ],
    except: /(?:不|别|无需|不用)(?:要|用|需要|想)?(?:转)?人工|你是不是|是机器人|机器人吗/,
  },
  { rule: 'human', strength: 'unlessAnswered', patterns: [/人工|真人/] },
];

const RULES_EN: Rule[] = [
  {
    rule: 'self_harm',
    strength: 'always',
    patterns: [
      /\b(?:kill|hang|hurt|harm) (?:myself|my self)\b|\bsuicid|\bend (?:my|it) (?:life|all)\b|\b(?:want|going) to die\b|\bno reason to live\b|\bself[- ]harm/,
    ],
  },
  {
    rule: 'fraud',
    strength: 'always',
    patterns: [
      /\b(?:i|we) (?:have |had |has |ve |'ve |was |were |am |got |been |just |'m |m )*(?:scammed|defrauded|hacked|phished|conned)\b/,
      /\b(?:someone|somebody|a thief|they|hackers?) (?:has |have |is |was )?(?:stole|stolen|hacked|hijacked|impersonat\w+|using my (?:identity|account))\b/,
    ],
    except: /\b(?:what if|if i|if my|in case|how (?:do|can) (?:you|i) (?:prevent|avoid|protect|spot))\b/,
  },
  {
    rule: 'fraud',
    strength: 'unlessAnswered',
    patterns: [/\bfraud|\bscam|\bphish|\bidentity theft|\bcompromised\b/],
  },
  {
    rule: 'lost_card',
    strength: 'always',
    patterns: [
      /\b(?:i|i've|we) (?:have |just |had |think i |'ve |ve |may have |might have )*(?:lost|misplaced) (?:my|our|the) (?:\w+ ){0,2}card\b/,
      /\bmy (?:\w+ ){0,2}card (?:has been |was |is |got |has gone |went |'s |s |been )+(?:lost|stolen|missing|nicked)\b/,
      /\bstole my (?:\w+ ){0,2}(?:card|wallet|purse)\b/,
    ],
    except:
      /\b(?:what if|if i|if my|in case|would happen|should i (?:ever )?lose|found|how (?:do|can|should|to)|what (?:should|do|can|must) (?:i|we) do|what now|where (?:do|can|should))\b/,
  },
  {
    rule: 'lost_card',
    strength: 'unlessAnswered',
    patterns: [
      /\b(?:lost|lose|losing|stolen|missing|stole|misplaced)\b.{0,30}\bcard\b|\bcard\b.{0,30}\b(?:lost|stolen|missing|nicked)\b/,
    ],
    except: /\bfound\b|\breplace(?:ment)?\b/,
  },
  {
    rule: 'complaint',
    strength: 'always',
    patterns: [
      /\b(?:want|like|need|wish|going|have) to (?:make|file|lodge|raise|submit) an? (?:\w+ )?complaint\b|\b(?:make|file|lodge) a (?:formal )?complaint\b/,
      /\bi(?:'d| would)? (?:want|like|am going) to complain\b|\bi(?:'m| am) complaining\b|\bombudsman\b|\bmy lawyer\b|\bsue you\b|\breport you to\b/,
    ],
    except: /\b(?:withdraw|cancel|status of|progress of) (?:my|a|the) complaint\b/,
  },
  { rule: 'complaint', strength: 'unlessAnswered', patterns: [/\bcomplain(?:t|ts|ing)?\b/] },
  {
    rule: 'human',
    strength: 'always',
    patterns: [
      /\b(?:speak|talk|chat|connect|transfer|put|escalate)\b.{0,20}\b(?:to|with|through)\b.{0,14}\b(?:human|person|people|agent|representative|operator|advisor|adviser|someone|somebody|manager|supervisor|customer service|support)\b/,
      /\b(?:want|need|get|give|like|prefer) (?:me )?(?:a |an )?(?:real |live |actual )?(?:human|agent|representative|operator|live person|real person)\b|^(?:a |an )?(?:(?:live|real|human|actual) )?(?:human|person|agent|operator|representative|customer service)[ !.,?]*(?:please|pls)?[ !.?]*$/,
      /\b(?:not|stop|no) (?:talk(?:ing)? to |with )?(?:a |this |the )?(?:ro)?bot\b/,
    ],
    except:
      /\b(?:do not|don't|dont|no need to|not) (?:want|need|transfer)\b.{0,20}\b(?:human|agent|representative|person)\b|\btravel agent\b/,
  },
];

const RULES: Record<Lang, Rule[]> = { zh: RULES_ZH, en: RULES_EN };

/** The mandatory hand-over rule that a normalised text meets, or undefined. Rules of both languages are tried: people mix them. */
export function findMandatoryRule(normalised: string, lang: Lang): RuleHit | undefined {
  const other: Lang = lang === 'zh' ? 'en' : 'zh';
  const hits = [...RULES[lang], ...RULES[other]].filter(
    ({ patterns, except }) =>
      patterns.some((pattern) => pattern.test(normalised)) && !except?.test(normalised),
  );
  const hit = hits.find(({ strength }) => strength === 'always') ?? hits[0];
  return hit && { rule: hit.rule, strength: hit.strength };
}
