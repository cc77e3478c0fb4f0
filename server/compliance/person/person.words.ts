import type { BothTexts } from '../../platform/documents/index.ts';

/** A table as a person reads about themselves: what it is called, and its columns with their names. */
export interface ShownTable {
  title: BothTexts;
  /** By property; what is not named (keys, versions, hashes) says nothing about the person. */
  fields: Record<string, BothTexts>;
}

const text = (zh: string, en: string): BothTexts => ({ zh, en });
const AT = text('时间', 'Time');
const BODY = text('内容', 'Text');
const STATE = text('状态', 'State');

/** Every table with data of a person, in the order of the document. A test compares it with the declared tables. */
export const SHOWN_TABLES: Record<string, ShownTable> = {
  requester: {
    title: text('个人资料', 'Profile'),
    fields: {
      nameEnc: text('姓名', 'Name'),
      phoneEnc: text('电话', 'Phone'),
      emailEnc: text('邮箱', 'Mail address'),
      idNumberEnc: text('证件号码', 'Identity number'),
      externalEnc: text('客户编号', 'Customer number'),
      siteId: text('接入站点', 'Site'),
      createdAt: text('建立时间', 'Made'),
      updatedAt: text('更新时间', 'Changed'),
    },
  },
  custom_value: {
    title: text('附加信息', 'Further fields'),
    fields: {
      fieldKey: text('字段', 'Field'),
      valueEnc: text('值', 'Value'),
      choiceValue: text('选项', 'Choice'),
      numberValue: text('数值（数字为一万倍，日期为年月日）', 'Number (times 10,000, days as YYYYMMDD)'),
    },
  },
  visitor_session: {
    title: text('浏览器会话', 'Browser sessions'),
    fields: {
      siteId: text('站点', 'Site'),
      createdAt: text('开始', 'Began'),
      expiresAt: text('到期', 'Ends'),
    },
  },
  conversation: {
    title: text('会话', 'Conversations'),
    fields: {
      channel: text('渠道', 'Channel'),
      state: STATE,
      openedAt: text('开始时间', 'Opened'),
      closedAt: text('结束时间', 'Closed'),
      handoverReason: text('转人工原因', 'Reason of the handover'),
    },
  },
  message: {
    title: text('消息', 'Messages'),
    fields: { at: AT, sender: text('发送方', 'From'), bodyEnc: BODY },
  },
  conversation_note: { title: text('坐席备注', 'Notes of agents'), fields: { at: AT, bodyEnc: BODY } },
  conversation_rating: {
    title: text('评价', 'Ratings'),
    fields: { score: text('评分', 'Score'), commentEnc: text('评语', 'Comment'), at: AT },
  },
  robot_turn: {
    title: text('机器人决策', 'Decisions of the robot'),
    fields: {
      at: AT,
      outcome: text('决策', 'Decision'),
      reason: text('原因', 'Reason'),
      confidencePpm: text('置信度（百万分之一）', 'Confidence (millionths)'),
    },
  },
  flow_run: {
    title: text('办理中的流程', 'Flows in progress'),
    fields: { startedAt: text('开始', 'Began'), stateEnc: text('已提供的信息', 'What was said for it') },
  },
  flow_end: {
    title: text('办理过的流程', 'Flows that ended'),
    fields: { at: AT, flowKey: text('流程', 'Flow'), outcome: text('结果', 'Outcome') },
  },
  evaluation: {
    title: text('质检', 'Quality inspection'),
    fields: {
      score: text('得分', 'Score'),
      evaluatedAt: text('评估时间', 'Evaluated'),
      reasonEnc: text('复评理由', 'Reason'),
    },
  },
  evaluation_criterion: {
    title: text('质检项', 'Inspected criteria'),
    fields: {
      criterionId: text('检查项', 'Criterion'),
      points: text('分数', 'Points'),
      remarkEnc: text('备注', 'Remark'),
    },
  },
  ticket: {
    title: text('工单', 'Tickets'),
    fields: {
      ticketNumber: text('编号', 'Number'),
      subjectEnc: text('主题', 'Subject'),
      descriptionEnc: text('描述', 'Description'),
      state: STATE,
      priority: text('优先级', 'Priority'),
      openedAt: text('建立时间', 'Opened'),
      updatedAt: text('更新时间', 'Changed'),
      solvedAt: text('解决时间', 'Solved'),
    },
  },
  ticket_comment: { title: text('工单评论', 'Comments on tickets'), fields: { at: AT, bodyEnc: BODY } },
  ticket_event: {
    title: text('工单历史', 'History of tickets'),
    fields: { at: AT, action: text('操作', 'Action'), toValue: text('新值', 'New value') },
  },
};

/** Attachments: their contents are fetched where they were sent. */
export const FILES: ShownTable = {
  title: text('附件', 'Attachments'),
  fields: {
    name: text('文件名', 'Name'),
    mediaType: text('类型', 'Type'),
    sizeBytes: text('字节数', 'Bytes'),
    createdAt: text('上传时间', 'Uploaded'),
    ownerId: text('所属会话或工单', 'Conversation or ticket'),
  },
};
