/** Traditional characters common in names and banking, 647 of them; each stands over its simplified form below. */
const TRADITIONAL =
  '銀錢帳賬戶號碼電話機網絡點線貸債務業產資貨幣匯轉還領儲餘額費價單據證書簽約條險賠償稅財貧購買賣貴賓顧' +
  '問題請謝說講語讀寫記錄認識訊訴評議試驗設計許該詳誤調談論諾謀護變讓貼質趙劉陳張楊黃吳孫馬羅鄭馮鄧蕭葉' +
  '蘇蔣賈閻龍龔湯嚴陸盧鐘鍾譚韓齊顏鄒竇龐萬與專東絲兩喪個豐臨為麗舉義烏樂習鄉亂爭虧雲亞親億僅從倉儀們眾' +
  '優會傘偉傳傷倫偽體傭傾兒黨蘭關興養獸內岡冊軍農衝決況凍淨準涼減鳳憑凱擊劃劇則剛創刪別劑勞勢動勵勁區醫' +
  '華協衛卻廠廳歷壓厭廁縣參雙發髮敘嘆嚇嗎啟員聽喚響嚮園圍國圖圓聖場壞塊堅壇墳墜壘墊塵牆聲殼處備複復夠頭' +
  '夾奪奮獎婦媽嬰學寧寶實審憲宮寬對尋導壽將爾層屬歲島嶺帥師帶幫幹乾並廣莊慶庫應廟廢開異棄彌彎彈強歸當徑' +
  '徹後憶懷態憐總戀懇惡惱悅懸驚懼慘慣憤願懶戰戲撲執擴掃揚擾撫拋搶報擔擬擁攔擇掛揮損換撿攜攝擺搖撐敵數斷' +
  '無舊時曠顯曉暫術樸殺雜權來極構槍標棧欄樹樣橋檔檢樓歡歐殘畢氣漢溝沒滬淚澤潔灑淺濟測渾濃濤漲潤滿漁灣濕' +
  '滯灘災燈靈煉爐煩燒熱愛爺牽犧狀獨獲獻環現瑪畫暢療瘋癥監盤蓋盜確礎禮禍禪離種積稱穩窮競筆節範築簡籤類糧' +
  '緊紅級紀純紙紋納紛紹終組細織結給絕統經繼續維綜綠綁緩編緣縮繳繪罰罷聯聰職聞肅脅勝腦膚臉艙艱藝蘋藥薦營' +
  '虛蟲蝕補裝裡裏製襲見規視覺覽觸誰課讚貝負責敗賢販貫貿賀賜賞賴賺贈贏趕趨躍踐車軟輕載較輔輛輪輸轄辦辭邊' +
  '遼達遷過運這進遠違連遲適選遺郵鄰釋針鋼鐵鈔鑰鎖銷鏈錯鍵鏡長門閃閉間閱隊陽陰階際陝隨隱難雖霧靜頁頂項順' +
  '須預頻顆風飛飯飲館駕駐騙騎魚鳥鮮麥齡龜臺檯灃週遊佈託儘盡隻係繫註誌徵讎鬆鬥鬧麵穀嚐嘗紐彙彆鑑鑒';
const SIMPLIFIED =
  '银钱账账户号码电话机网络点线贷债务业产资货币汇转还领储余额费价单据证书签约条险赔偿税财贫购买卖贵宾顾' +
  '问题请谢说讲语读写记录认识讯诉评议试验设计许该详误调谈论诺谋护变让贴质赵刘陈张杨黄吴孙马罗郑冯邓萧叶' +
  '苏蒋贾阎龙龚汤严陆卢钟钟谭韩齐颜邹窦庞万与专东丝两丧个丰临为丽举义乌乐习乡乱争亏云亚亲亿仅从仓仪们众' +
  '优会伞伟传伤伦伪体佣倾儿党兰关兴养兽内冈册军农冲决况冻净准凉减凤凭凯击划剧则刚创删别剂劳势动励劲区医' +
  '华协卫却厂厅历压厌厕县参双发发叙叹吓吗启员听唤响向园围国图圆圣场坏块坚坛坟坠垒垫尘墙声壳处备复复够头' +
  '夹夺奋奖妇妈婴学宁宝实审宪宫宽对寻导寿将尔层属岁岛岭帅师带帮干干并广庄庆库应庙废开异弃弥弯弹强归当径' +
  '彻后忆怀态怜总恋恳恶恼悦悬惊惧惨惯愤愿懒战戏扑执扩扫扬扰抚抛抢报担拟拥拦择挂挥损换捡携摄摆摇撑敌数断' +
  '无旧时旷显晓暂术朴杀杂权来极构枪标栈栏树样桥档检楼欢欧残毕气汉沟没沪泪泽洁洒浅济测浑浓涛涨润满渔湾湿' +
  '滞滩灾灯灵炼炉烦烧热爱爷牵牺状独获献环现玛画畅疗疯症监盘盖盗确础礼祸禅离种积称稳穷竞笔节范筑简签类粮' +
  '紧红级纪纯纸纹纳纷绍终组细织结给绝统经继续维综绿绑缓编缘缩缴绘罚罢联聪职闻肃胁胜脑肤脸舱艰艺苹药荐营' +
  '虚虫蚀补装里里制袭见规视觉览触谁课赞贝负责败贤贩贯贸贺赐赏赖赚赠赢赶趋跃践车软轻载较辅辆轮输辖办辞边' +
  '辽达迁过运这进远违连迟适选遗邮邻释针钢铁钞钥锁销链错键镜长门闪闭间阅队阳阴阶际陕随隐难虽雾静页顶项顺' +
  '须预频颗风飞饭饮馆驾驻骗骑鱼鸟鲜麦龄龟台台沣周游布托尽尽只系系注志征仇松斗闹面谷尝尝纽汇别鉴鉴';

/** Every traditional character above lies in the block of common ideographs, one UTF-16 unit each; 0 stays as it is. */
const FIRST = 0x4e00;
const LAST = 0x9fff;
const TO_SIMPLIFIED = new Uint16Array(LAST - FIRST + 1);
for (let index = 0; index < TRADITIONAL.length; index += 1) {
  TO_SIMPLIFIED[TRADITIONAL.charCodeAt(index) - FIRST] = SIMPLIFIED.charCodeAt(index);
}

/**
 * Replaces traditional characters by simplified ones, so that 銀行 is found by 银行. A map of single characters, not a
 * translation: what is not in it stays, and a few characters with two readings lose the difference, which is right
 * for searching and nothing else.
 */
export function simplify(text: string): string {
  let out = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const simple = code >= FIRST && code <= LAST ? TO_SIMPLIFIED[code - FIRST] : 0;
    if (!simple) continue;
    out += text.slice(from, at) + String.fromCharCode(simple);
    from = at + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}
