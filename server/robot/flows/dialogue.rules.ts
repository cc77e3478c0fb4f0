const YES =
  /^(?:是的?|对的?|没错|不错|正确|可以的?|好的?|行的?|嗯+|ok|okay|确认|确定|没问题|就这样|同意|要的?|需要|是啊|对啊|好啊|成|yes|yep|yeah|sure|correct|right|confirm(?:ed)?|that's right|go ahead|please do|fine)(?:了|啦|呀|的|吧|呢|提交|办理|无误)*[,，。.!！~ ]*/iu;
const NO =
  /^(?:不是|不对|不行|不可以|不正确|不确认|不同意|不|错了|有误|有错|否|不要|no|nope|wrong|incorrect|not correct|not right|that's wrong)(?:的|啦|吧|了|哦)*[,，。.!！~ ]*/iu;

/** Agrees: 对, 没错, yes; what follows may still correct something. */
export function isYes(text: string): boolean {
  return YES.test(text) && !/^(?:不(?!错)|是不是|对不对|要是)/u.test(text) && !/[?？]|吗$/u.test(text);
}

/** Denies: 不对, 错了, no. */
export function isNo(text: string): boolean {
  return NO.test(text) && !/^不错/u.test(text);
}

const CANCEL =
  /^(?:那|那就|哦|嗯|唉|还是)?(?:算了|取消|不办了?|不弄了|不用了|不要了|不需要了|不搞了|退出|结束|停止?|放弃|终止|先不.{0,4}了?|以后再说|下次再说|改天再|没事了|(?:不用?|不需要|不想|不打算|别|先别)(?:办理?|预约|查询?|投诉|挂失|调整?|提|改|转|弄)了)[,，。.!！ 吧了啦]*|(?:我要|我想|帮我|请|给我|想)(?:取消|退出|终止|放弃)(?:了|吧|办理|流程|操作|这次|本次)?[。.!！]*$|^(?:cancel|stop|never ?mind|forget it|quit|exit|abort|i changed my mind|i've changed my mind|i don't want (?:this|it|to) ?(?:any ?more)?|leave it)\b/iu;
const NOT_CANCEL =
  /(?:不要|别|不想|不用|不能|没有?|怎么|如何|怎样|可以|能|能不能|don't|do not|not|how (?:do|can|to).{0,12})\s?(?:取消|退出|停止|放弃|终止|cancel|stop|quit|abort)|(?:取消|cancel).{0,12}(?:吗|么|怎么|如何|\?|？)/iu;

/** Wants out of the flow. "不要取消" and "可以取消吗" do not. */
export function isCancel(text: string): boolean {
  return !NOT_CANCEL.test(text) && clausesOf(text).some((clause) => CANCEL.test(clause.text));
}

/** Says that it should not be cancelled: go on. */
export function isGoOn(text: string): boolean {
  return /^(?:不要|别|不|先别|请不要|don't|do not)\s?(?:取消|退出|停|cancel|stop)|^(?:继续|接着|go on|continue|carry on)/iu.test(
    text,
  );
}

/** Leaves an optional thing out. */
export function isSkip(text: string): boolean {
  return /^(?:没有?了?|没有的|无|跳过|不填|不用|不需要|(?:我)?(?:不知道|不清楚|不记得|记不清|想不起来|忘了|忘记了)|随便|都行|都可以|暂无|none|no|skip|nothing|(?:i(?:'m| am)? )?(?:don't know|do not know|don't remember|can't remember|not sure)|no idea|n\/a)[。.!！,， 吧了]*$/iu.test(
    text,
  );
}

const CORRECTION =
  /^(?:不对|不是|不,|不，|错了|搞错了?|弄错了?|说错了?|写错了?|我?(?:刚才|刚刚)?说错了|等等|等一下|等下|哦不|噢不|啊不|抱歉|对不起|不好意思|更正|纠正|no[,， ]|nope|actually|sorry|wait|oops|not )|改成|改为|换成|换到|改到|改一下|改下|应该是|应为|我是说|我的意思是|重新|\bchange\b|\bshould be\b|\bi mean|\bi meant|\bmake (?:it|that)\b|\binstead\b|\brather\b/iu;

/** Takes something back: "不对，是3000", "金额改成五千". */
export function isCorrection(text: string): boolean {
  return CORRECTION.test(text);
}

/** Says a thing and takes it back at once: "信用卡，不对，是借记卡". */
export function hasTakenBack(text: string): boolean {
  return /[,，。.!！ ](?:哦?不对|不是|说错了|错了|应该是|no|sorry|i mean|actually|rather)/iu.test(text);
}

/** Asks something. */
export function isQuestion(text: string): boolean {
  return /[?？]\s*$|吗[。.]?$|(?:^|[，,。])那?.{1,10}呢$|怎么|怎样|如何|多少|什么|为啥|为什么|哪(?:里|些|个|儿|家)|几(?:天|点|个|号)|多久|能不能|可不可以|是不是|有没有|^(?:how|what|why|when|where|which|who|can|could|do|does|is|are|will|may)\b/iu.test(
    text,
  );
}

/** The parts of a text that stand by themselves, with their places. */
export function clausesOf(text: string): { text: string; start: number; end: number }[] {
  return [...text.matchAll(/[^，,。.；;！!？?\n]+[？?]?/gu)]
    .filter(([clause]) => clause.trim() !== '')
    .map((match) => ({ text: match[0].trim(), start: match.index, end: match.index + match[0].length }));
}
