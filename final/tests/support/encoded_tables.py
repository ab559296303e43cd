"""Tables in the languages and encodings that people save them in, made from a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

WORDS = {
    "ru": "Москва Казань Пермь Уфа Тула Самара Ижевск Вологда Щёлково да нет муж жен новый повторный семейный базовый "
    "корпоративный отказ оплачено объявление съезд клиент поставщик наличные карта рассрочка первый этаж",
    "uk": "Київ Львів Одеса Харків Дніпро Чернігів так ні чоловік жінка новий діючий щомісяця готівка",
    "pl": "Łódź Kraków Gdańsk Wrocław Poznań Częstochowa źródło świeży żółty mężczyzna wąski ćwierć późno działka",
    "cs": "Plzeň Třebíč Přerov Děčín Ústí muž žena měsíčně žlutý červený úvěr splácí předčasně šťastný hůl",
    "hu": "Győr Gödöllő Székesfehérvár férfi nő havonta külföldi előfizetés hűtő fűnyíró törölt új régi",
    "de": "München Köln Düsseldorf Süd Straße jährlich gekündigt Männer möbliert grün weiß Öl Übernahme größer",
    "fr": "Orléans Nîmes Béziers très marié célibataire été août résilié payé déjà français forêt élevé",
    "es": "Málaga Cádiz León Coruña niño según crédito débito móvil fijo pequeño también año sí teléfono",
    "pt": "São Paulo Évora não sim cartão crédito região manutenção médio útil prestação família irmão",
    "sv": "Göteborg Malmö Västerås får årligen månad gräs blå röd större kön hög låg försäkring",
    "da": "København Århus Sønderborg måned årlig grøn rød større høj lav bolig køb sælger ældre",
    "ja": "東京 大阪 さくら 男性 女性 はい いいえ 会社員 サービス 月額 解約 新規 東北 北海道 カード 現金",
    "zh": "北京 上海 广州 深圳 男 女 是 否 客户 公司 金额 银行卡 现金 已付款 未付款 东北 华南 西部",
    "ko": "서울 부산 대구 남성 여성 예 아니요 회사원 서비스 월정액 해지 신규 카드 현금 고객",
}  # fmt: skip
ENCODINGS = {
    "utf-8": tuple(WORDS), "utf-16": tuple(WORDS), "cp1251": ("ru", "uk"), "koi8-r": ("ru",), "cp866": ("ru",),
    "iso-8859-5": ("ru", "uk"), "cp1250": ("pl", "cs", "hu"), "iso-8859-2": ("pl", "cs", "hu"),
    "cp1252": ("de", "fr", "es", "pt", "sv", "da"), "iso-8859-15": ("de", "fr", "es", "pt"),
    "mac-roman": ("de", "fr", "es"), "shift_jis": ("ja",), "gbk": ("zh",), "euc_kr": ("ko",),
}  # fmt: skip


@dataclass(frozen=True)
class EncodedTable:
    encoding: str
    language: str
    text: str

    @property
    def content(self) -> bytes:
        return self.text.encode(self.encoding)


def tables(count: int, seed: int) -> Iterator[EncodedTable]:
    """Tables of 2 to 5 columns and 60 to 300 rows, the encodings in turn."""
    draw = random.Random(seed)
    for number in range(count):
        encoding = list(ENCODINGS)[number % len(ENCODINGS)]
        language = draw.choice(ENCODINGS[encoding])
        words = WORDS[language].split()
        columns = [draw.sample(words, draw.randint(2, len(words))) for _ in range(draw.randint(1, 4))]
        rows = [
            ";".join([*map(draw.choice, columns), f"{draw.random() * 100:.2f}"]) for _ in range(draw.randint(60, 300))
        ]
        header = ";".join([*draw.sample(words, len(columns)), "y"])
        yield EncodedTable(encoding, language, "\n".join([header, *rows, ""]))
