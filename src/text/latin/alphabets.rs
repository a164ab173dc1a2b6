//! Alphabets that go letter by letter: Cyrillic (ISO 9), Greek, Armenian (ISO 9985), Georgian, Hebrew,
//! Arabic, Syriac, Thaana, Thai, Burmese, Bopomofo.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Each entry is a letter followed by what it becomes; nothing means that it is left out.
const LETTERS: &[&str] = &[
    // Cyrillic.
    "аa бb вv гg дd еe жž зz иi кk лl мm нn оo пp рr сs тt уu фf хh цc чč шš щŝ ъʺ ыy ьʹ эé юû яâ",
    "ђđ єê ѕẑ іí јǰ љl њn ћć џd ґg ғġ ҕğ ҙz қkˌ ӕæ әə",
    // Greek, as far as letters stand alone.
    "αa βb γg δd εe ζz ηē θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φph χch ψps ωō ϐb ϑth ϒY ϕph ϖp",
    "ϰk ϱr ϲs ϳj ϵe ϸš ϻŝ \u{37A}i",
    // Armenian.
    "աa բb գg դd եe զz էē ըə թtʻ ժž իi լl խx ծc կk հh ձj ղġ ճč մm յy նn շš ոo չčʻ պp ջǰ ռṙ սs վv",
    "տt րr ցcʻ ւw փpʻ քkʻ օō ֆf ևev",
    // Georgian.
    "აa ბb გg დd ეe ვv ზz თt იi კkʼ ლl მm ნn ოo პpʼ ჟzh რr სs ტtʼ უu ფp ქk ღgh ყqʼ შsh ჩch ცts",
    "ძdz წtsʼ ჭchʼ ხkh ჯj ჰh ჳŭi ჴq",
    // Hebrew, letters and points.
    "אʼ בb גg דd הh וw זz חẖ טt יy ךk כk לl םm מm ןn נn סs עʻ ףp פp ץẕ צẕ קq רr שş תţ װww ױwy ײyy",
    "\u{5B0}ĕ \u{5B1}è \u{5B2}à \u{5B3}o \u{5B4}i \u{5B5}é \u{5B6}e \u{5B7}a \u{5B8}á \u{5B9}ò \u{5BB}u",
    "\u{5BC}\u{307}",
    // Arabic and Persian, then signs: vowels, nunation, doubling, madda, hamza, digits.
    "ءʾ اạ بb ةẗ تt ثtẖ جj حḥ خkẖ دd ذdẖ رr زz سs شsẖ صṣ ضḍ طṭ ظẓ عʿ غgẖ فf قq كk لl مm نn هh وw",
    "ىy يy پp چcẖ ژzẖ ښsˌ ڤv کḵ ڭṉg گg ۋv یy",
    "\u{64E}a \u{64F}u \u{650}i \u{64B}aⁿ \u{64C}uⁿ \u{64D}iⁿ \u{651}\u{303} \u{652}\u{30A}",
    "\u{653}\u{302} \u{654}\u{309}",
    "٠0 ١1 ٢2 ٣3 ٤4 ٥5 ٦6 ٧7 ٨8 ٩9 ۰0 ۱1 ۲2 ۳3 ۴4 ۵5 ۶6 ۷7 ۸8 ۹9",
    // Syriac.
    "ܐʾ \u{711}ʾ ܒb ܓg ܔg ܕd ܖdr ܗh ܘw ܙz ܚḥ ܛt ܜt ܝy ܞyh ܟk ܠl ܡm ܢn ܣs ܤs ܥʿ ܦp ܧp ܨṣ ܩq ܪr",
    "ܫsh ܬt \u{730}a \u{731}a \u{732}a \u{733}o \u{734}o \u{735}a \u{736}e \u{737}e \u{738}e",
    "\u{739}ē \u{73A}i \u{73B}i \u{73C}u \u{73D}u \u{73E}u \u{73F}o \u{742}i",
    // Thaana.
    "ހh ށš ނn ރr ބb ޅḷ ކk އ ވv މm ފf ދd ތt ލl ގg ޏñ ސs ޑḍ ޒz ޓṭ ޔy ޕp ޖj ޗč ޘtt ޙḥ ޚkh ޛdh ޝš",
    "ޞṣ ޟḏ ޠt ޢʿ ޣǧ ޤq \u{7A6}a \u{7A7}ā \u{7A8}i \u{7A9}ī \u{7AA}u \u{7AB}ū \u{7AC}e \u{7AD}ē",
    "\u{7AE}o \u{7AF}ō",
    // Thai.
    "กk ขkh ฃḳh คkh ฅkʹh ฆḳh งng จc ฉch ชch ซs ฌch ญỵ ฎḍ ฏt ฐṭh ฑṯh ฒtʹh ณṇ ดd ตt ถth ทth ธṭh",
    "นn บb ปp ผph ฝf พph ฟf ภph มm ยy รr ฤv ลl ฦł วw ศṣ ษsʹ สs หh ฬḷ อx ฮḥ ะa \u{E31}ạ าā ำả",
    "\u{E34}i \u{E35}ī \u{E36}ụ \u{E37}ụ \u{E38}u \u{E39}ū \u{E3A}ˌ เe แæ โo ใı ไị ๅɨ ฯ ๆ",
    "๐0 ๑1 ๒2 ๓3 ๔4 ๕5 ๖6 ๗7 ๘8 ๙9",
    // Burmese.
    "ကk ခhk ဂg ဃgh ငng စhc ဆs ဇj ဈjh ဉny ညny ဋt ဌht ဍd ဎdh ဏn တt ထht ဒd ဓdh နn ပp ဖhp ဗb ဘbh",
    "မm ယy ရr လl ဝw သs ဟh ဠl အa ဣi ဤi ဥu ဦue ဧe ဩau ဪau \u{102B}ar \u{102C}ar \u{102D}i \u{102E}e",
    "\u{102F}u \u{1030}uu \u{1031}ay \u{1032}ell \u{1036}an \u{103B}ya \u{103C}ya \u{103D}w \u{103E}ha ၏eat",
    "၀0 ၁1 ၂2 ၃3 ၄4 ၅5 ၆6 ၇7 ၈8 ၉9",
    // Ethiopic letters far from their rows.
    "ⶓŋwa ⶔŋwi ⶕŋwe ⶖŋwǝ",
    // Bopomofo; a letter alone is a syllable in the first tone.
    "ㄅb ㄆp ㄇm1 ㄈf ㄉd ㄊt ㄋn1 ㄌl ㄍg ㄎk ㄏh ㄐj ㄑq ㄒx ㄓzhi1 ㄔchi1 ㄕshi1 ㄖri1 ㄗzi1 ㄘci1",
    "ㄙsi1 ㄚa1 ㄛo1 ㄜe1 ㄝeh1 ㄞai1 ㄟei1 ㄠao1 ㄡou1 ㄢan1 ㄣen1 ㄤang1 ㄥeng1 ㄦer1 ㄧyi1 ㄨwu1",
    "ㄩyu1",
];

static TABLE: LazyLock<FxHashMap<char, &'static str>> = LazyLock::new(|| {
    LETTERS
        .iter()
        .flat_map(|line| line.split(' '))
        .filter_map(|entry| {
            let mut rest = entry.chars();
            rest.next().map(|letter| (letter, rest.as_str()))
        })
        .collect()
});

/// What a single letter becomes; `None` if it is of no alphabet of ours.
pub(super) fn letter(c: char) -> Option<&'static str> {
    TABLE.get(&c).copied()
}

/// A Cyrillic letter with its marks: `и` with breve is `j`; a breve or diaeresis stays on other
/// letters; stress marks go.
pub(super) fn push_cyrillic(rest: &[char], out: &mut String) -> usize {
    let (Some(first), marks) = (rest.first(), rest.get(1..).unwrap_or(&[])) else { return 0 };
    if *first == 'и' && marks.first() == Some(&'\u{306}') {
        out.push('j');
        return 2;
    }
    let Some(latin) = letter(*first) else {
        out.push(*first);
        return 1;
    };
    out.push_str(latin);
    let kept = marks.iter().take_while(|c| matches!(c, '\u{306}' | '\u{308}'));
    let mut read = 1;
    for mark in kept {
        out.push(*mark);
        read += 1;
    }
    read
}

/// Vowels written before the consonant that they follow in speech change places with it.
pub(super) fn push_thai(rest: &[char], out: &mut String) -> usize {
    match rest {
        [vowel @ 'เ'..='ไ', consonant @ 'ก'..='ฮ', ..] => {
            out.push_str(letter(*consonant).unwrap_or(""));
            out.push_str(letter(*vowel).unwrap_or(""));
            2
        }
        _ => 0,
    }
}
