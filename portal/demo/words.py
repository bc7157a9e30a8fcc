"""The words of the demonstration province: governments, offices, organisations, kinds of services.

Places are real, everything else is invented. Telephone numbers use an exchange that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A government of the demonstration: its region, names, and districts in it."""

    code: str
    name: str
    name_en: str
    short: str
    short_en: str
    districts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Theme:
    """A kind of service: category, names, who it is for, what residents say, and how it is used."""

    category: str
    name: str
    name_en: str
    office: str
    whom: str
    whom_en: str
    voice: str
    voice_en: str
    unit: str
    price: str
    price_en: str
    hours: str
    hours_en: str
    ages: tuple[int | None, int | None]
    yuan: int


PLACES = (
    Place(
        "410000",
        "河南省人民政府",
        "People's Government of Henan",
        "河南省",
        "Henan",
        (("410100", "郑州市", "Zhengzhou"), ("410300", "洛阳市", "Luoyang"), ("411300", "南阳市", "Nanyang")),
    ),
    Place(
        "410100",
        "郑州市人民政府",
        "People's Government of Zhengzhou",
        "郑州市",
        "Zhengzhou",
        (
            ("410105", "金水区", "Jinshui"),
            ("410102", "中原区", "Zhongyuan"),
            ("410103", "二七区", "Erqi"),
            ("410104", "管城回族区", "Guancheng"),
        ),
    ),
    Place(
        "410300",
        "洛阳市人民政府",
        "People's Government of Luoyang",
        "洛阳市",
        "Luoyang",
        (("410302", "老城区", "Laocheng"), ("410303", "西工区", "Xigong"), ("410305", "涧西区", "Jianxi")),
    ),
    Place(
        "411300",
        "南阳市人民政府",
        "People's Government of Nanyang",
        "南阳市",
        "Nanyang",
        (("411302", "宛城区", "Wancheng"), ("411303", "卧龙区", "Wolong"), ("411323", "西峡县", "Xixia")),
    ),
    Place(
        "411500",
        "信阳市人民政府",
        "People's Government of Xinyang",
        "信阳市",
        "Xinyang",
        (("411502", "浉河区", "Shihe"), ("411503", "平桥区", "Pingqiao"), ("411521", "罗山县", "Luoshan")),
    ),
)
OFFICES = (
    ("民政局", "Civil Affairs Bureau"),
    ("残疾人联合会", "Disabled Persons' Federation"),
    ("教育局", "Education Bureau"),
    ("卫生健康委员会", "Health Commission"),
    ("司法局", "Justice Bureau"),
)
THEMES = (
    Theme(
        "A0402",
        "社区老年助餐",
        "Community meals for older people",
        "民政局",
        "六十岁以上老人",
        "people over 60",
        "家里老人自己做饭不方便，附近没有吃饭的地方",
        "My parents can no longer cook, and there is nowhere to eat nearby",
        "餐",
        "每餐十元",
        "10 yuan a meal",
        "每天十一点到十三点",
        "Daily 11:00 to 13:00",
        (60, None),
        620_000,
    ),
    Theme(
        "A0402",
        "居家养老上门照护",
        "Home care for older people",
        "民政局",
        "独居和失能老人",
        "older people who live alone or are frail",
        "独居老人洗澡、打扫都没人帮忙",
        "Old people who live alone have nobody to help with washing and cleaning",
        "人次",
        "免费",
        "Free",
        "周一至周六八点到十八点",
        "Monday to Saturday 8:00 to 18:00",
        (65, None),
        980_000,
    ),
    Theme(
        "A0401",
        "困境儿童关爱陪伴",
        "Support for children in difficulty",
        "民政局",
        "困境儿童和留守儿童",
        "children in difficulty",
        "村里留守的孩子放学后没人管",
        "Children left behind have nobody after school",
        "人次",
        "免费",
        "Free",
        "工作日十六点到十九点",
        "Weekdays 16:00 to 19:00",
        (6, 16),
        360_000,
    ),
    Theme(
        "A0406",
        "残疾人康复训练",
        "Rehabilitation for disabled people",
        "残疾人联合会",
        "持证残疾人",
        "holders of a disability certificate",
        "康复训练要跑很远，排队要几个月",
        "Rehabilitation is far away and one waits for months",
        "人次",
        "免费",
        "Free",
        "周一至周五九点到十七点",
        "Monday to Friday 9:00 to 17:00",
        (None, None),
        750_000,
    ),
    Theme(
        "A0406",
        "轮椅和辅具维修",
        "Repair of wheelchairs and aids",
        "残疾人联合会",
        "使用轮椅和辅具的人",
        "people who use wheelchairs and aids",
        "轮椅坏了没有地方修",
        "There is nowhere to have a wheelchair repaired",
        "件",
        "零件按成本收费",
        "Parts at cost",
        "周二、周四九点到十六点",
        "Tuesday and Thursday 9:00 to 16:00",
        (None, None),
        210_000,
    ),
    Theme(
        "A0206",
        "小学生课后托管",
        "After-school care for pupils",
        "教育局",
        "双职工家庭的小学生",
        "pupils whose parents both work",
        "下午四点放学，我们六点才下班",
        "School ends at four and we work until six",
        "人次",
        "每月一百元",
        "100 yuan a month",
        "上学日十六点到十八点三十",
        "School days 16:00 to 18:30",
        (6, 12),
        540_000,
    ),
    Theme(
        "A0506",
        "社区慢性病管理",
        "Care for chronic illness in the community",
        "卫生健康委员会",
        "高血压和糖尿病患者",
        "people with high blood pressure or diabetes",
        "量血压、拿药都要去大医院",
        "For every check and medicine one must go to the hospital",
        "人次",
        "免费",
        "Free",
        "工作日八点到十七点",
        "Weekdays 8:00 to 17:00",
        (35, None),
        680_000,
    ),
    Theme(
        "A0505",
        "青少年心理疏导",
        "Counselling for young people",
        "卫生健康委员会",
        "中小学生和家长",
        "pupils and their parents",
        "孩子情绪不好，不知道找谁",
        "My child is unhappy and I do not know whom to ask",
        "人次",
        "免费",
        "Free",
        "每天九点到二十一点",
        "Daily 9:00 to 21:00",
        (8, 18),
        420_000,
    ),
    Theme(
        "A0407",
        "社区法律咨询",
        "Legal advice in the community",
        "司法局",
        "全体居民",
        "all residents",
        "欠薪、租房纠纷没人给讲明白",
        "Nobody explains what to do about unpaid wages or rent disputes",
        "人次",
        "免费",
        "Free",
        "周三十四点到十七点",
        "Wednesday 14:00 to 17:00",
        (None, None),
        260_000,
    ),
    Theme(
        "A0402",
        "家庭养老床位建设",
        "Care beds at home",
        "民政局",
        "失能老人家庭",
        "families of frail older people",
        "老人不愿去养老院，家里又没有护理床",
        "My mother will not go to a home, and we have no care bed",
        "张",
        "每张自付三百元",
        "300 yuan per bed",
        "按预约上门",
        "By appointment",
        (60, None),
        880_000,
    ),
    Theme(
        "A0206",
        "暑期儿童活动营",
        "Summer camp for children",
        "教育局",
        "八至十四岁儿童",
        "children from 8 to 14",
        "暑假两个月孩子没地方去",
        "For two months of summer the children have nowhere to go",
        "人次",
        "每周五十元",
        "50 yuan a week",
        "七月、八月工作日八点到十八点",
        "Weekdays in July and August, 8:00 to 18:00",
        (8, 14),
        310_000,
    ),
    Theme(
        "A0406",
        "听障人士手语翻译",
        "Sign language interpreting",
        "残疾人联合会",
        "听障人士",
        "deaf people",
        "去医院和办事大厅没有手语翻译",
        "There is no interpreter at the hospital or the office",
        "小时",
        "免费",
        "Free",
        "提前一天预约",
        "Book one day ahead",
        (None, None),
        230_000,
    ),
)
GROUPS = ("和谐", "春雨", "同心", "阳光", "暖心", "益民", "伴行", "晨曦", "乐善", "安居", "众信", "新语")
GROUPS_EN = (
    "Hexie",
    "Chunyu",
    "Tongxin",
    "Yangguang",
    "Nuanxin",
    "Yimin",
    "Banxing",
    "Chenxi",
    "Leshan",
    "Anju",
    "Zhongxin",
    "Xinyu",
)
FORMS = (
    ("社会工作服务中心", "Social Work Centre", "52"),
    ("志愿服务协会", "Volunteer Association", "51"),
    ("公益基金会", "Public Welfare Foundation", "53"),
    ("养老服务中心", "Elder Care Centre", "52"),
)
SPOTS = (
    ("幸福里社区", "Xingfuli"),
    ("东风路社区", "Dongfenglu"),
    ("柳林社区", "Liulin"),
    ("新兴村", "Xinxing village"),
    ("纺织厂家属院", "the cotton mill estate"),
    ("桥南社区", "Qiaonan"),
    ("向阳街", "Xiangyang street"),
    ("河湾社区", "Hewan"),
)
OPENERS = (
    ("希望在{spot}设一个{name}点", "Please open {name_en} in {spot_en}"),
    ("{spot}需要{name}", "{spot_en} needs {name_en}"),
    ("请把{name}送到{spot}", "Please bring {name_en} to {spot_en}"),
    ("建议延长{spot}的{name}时间", "Longer hours for {name_en} in {spot_en}"),
    ("{spot}的{name}名额不够", "Not enough places for {name_en} in {spot_en}"),
)
COMMENTS = (
    "服务很好，就是人手少。",
    "工作人员很耐心。",
    "希望周末也能开。",
    "来得不太准时。",
    "老人很满意。",
    "电话经常占线。",
    "",
)
ANSWERS = {
    "accepted": (
        "这项需求已列入下一年度购买计划，请在计划页面查看进展。",
        "It is in next year's plan; the page of the plan shows how it goes on.",
    ),
    "considering": (
        "正在核实人数和现有服务，结果会在本页公布。",
        "We are checking the numbers and the services there are; the result will stand here.",
    ),
    "rejected": (
        "现有服务点距此八百米，名额有余，建议先使用；如不能满足请再次提出。",
        "There is a service 800 metres away with free places; please use it first and write again if it does not do.",
    ),
}
