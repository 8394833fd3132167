//! One plain form for the many ways a letter can be written, so that disguised words still read as words.

/// Whether a character shows nothing: zero-width, direction marks, variation selectors, combining marks.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{E0000}'..='\u{E01EF}' | '\u{0300}'..='\u{036F}')
        || is_mark(c)
}

/// Marks that sit on a letter of another script; on a Latin one they only disturb.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}'
        | '\u{0730}'..='\u{074A}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Whether a character turns the direction of what follows, which makes a name read as another one.
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character shows nothing and has no place inside a Latin word.
pub fn is_zero_width(c: char) -> bool {
    is_mark(c)
        || matches!(
            c,
            '\u{200E}' | '\u{200F}' | '\u{00AD}' | '\u{200B}' | '\u{200C}' | '\u{200D}' | '\u{2060}'
                ..='\u{2064}' | '\u{FEFF}' | '\u{034F}'
        )
}

/// The printable ASCII a Unicode tag character stands for: a whole message can hide in them, unseen.
pub fn tag_ascii(c: char) -> Option<char> {
    let code = u32::from(c);
    if (0xE0020..=0xE007E).contains(&code) { char::from_u32(code.checked_sub(0xE0000)?) } else { None }
}

/// The plain, lower-case form of a character, of one to three letters; unknown ones stay as they are.
pub fn plain(c: char) -> Plain {
    if c.is_ascii() {
        return Plain::One(c.to_ascii_lowercase());
    }
    if let Some(styled) = styled(c) {
        return Plain::One(styled.to_ascii_lowercase());
    }
    if let Some(base) = accented(c) {
        return Plain::One(base);
    }
    match c {
        'ß' | 'ẞ' => Plain::Many("ss"),
        'æ' | 'Æ' => Plain::Many("ae"),
        'œ' | 'Œ' => Plain::Many("oe"),
        'ﬁ' => Plain::Many("fi"),
        'ﬂ' => Plain::Many("fl"),
        'ﬀ' => Plain::Many("ff"),
        _ => Plain::One(c.to_lowercase().next().unwrap_or(c)),
    }
}

/// What [`plain`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// One character.
    One(char),
    /// A ligature written out.
    Many(&'static str),
}

/// Whether a character is a letter in costume: mathematical, circled, full-width.
pub fn is_styled(c: char) -> bool {
    !c.is_ascii() && styled(c).is_some_and(|plain| plain.is_ascii_alphanumeric())
}

/// The ASCII letter or digit behind a mathematical, circled, squared or full-width form.
fn styled(c: char) -> Option<char> {
    let code = u32::from(c);
    let letter = |offset: u32| char::from_u32(u32::from('a') + offset);
    match code {
        0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0),
        0x1D400..=0x1D6A3 => letter((code - 0x1D400) % 26),
        0x1D7CE..=0x1D7FF => char::from_u32(u32::from('0') + (code - 0x1D7CE) % 10),
        0x24B6..=0x24CF => letter(code - 0x24B6),
        0x24D0..=0x24E9 => letter(code - 0x24D0),
        0x249C..=0x24B5 => letter(code - 0x249C),
        0x1F130..=0x1F149 => letter(code - 0x1F130),
        0x1F150..=0x1F169 => letter(code - 0x1F150),
        0x1F170..=0x1F189 => letter(code - 0x1F170),
        _ => None,
    }
}

/// Accented Latin letters by their base; the first of each row is the base.
const ACCENTED: [&str; 23] = [
    "aàáâãäåāăąǎǻạảấầẩẫậắằẳẵặȧ",
    "cçćĉċč",
    "dďđḍð",
    "eèéêëēĕėęěẹẻẽếềểễệ",
    "gĝğġģǧ",
    "hĥħḥ",
    "iìíîïĩīĭįıỉịǐ",
    "jĵ",
    "kķǩḳ",
    "lĺļľŀłḷ",
    "mṁṃ",
    "nñńņňŋṅṇ",
    "oòóôõöøōŏőơọỏốồổỗộớờởỡợǒȯ",
    "rŕŗřṛ",
    "sśŝşšșṣṡ",
    "tţťŧțṭ",
    "uùúûüũūŭůűųưụủứừửữựǔ",
    "wŵẁẃẅ",
    "yýÿŷỳỵỷỹ",
    "zźżžẓ",
    "bḅ",
    "pṗ",
    "xẋ",
];

fn accented(c: char) -> Option<char> {
    if !('\u{C0}'..='\u{1EF9}').contains(&c) {
        return None;
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    ACCENTED.iter().find(|row| row.contains(lower)).and_then(|row| row.chars().next())
}

/// The Latin letter a Cyrillic, Greek or Armenian one looks like.
pub fn latin_twin(c: char) -> Option<char> {
    let twin = match c {
        'а' | 'α' | 'ɑ' => 'a',
        'в' | 'β' | 'ь' | 'ъ' => 'b',
        'с' | 'ϲ' | 'ς' => 'c',
        'ԁ' | 'ɗ' => 'd',
        'е' | 'ё' | 'є' | 'ε' => 'e',
        'ғ' => 'f',
        'ɡ' | 'ց' => 'g',
        'һ' | 'н' | 'η' | 'հ' => 'h',
        'і' | 'ї' | 'ι' | 'ı' | 'ɩ' => 'i',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' | 'ⅼ' | 'ǀ' => 'l',
        'м' | 'μ' => 'm',
        'п' | 'ո' | 'ν' => 'n',
        'о' | 'ο' | 'σ' | 'օ' | 'ө' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' | 'ɾ' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' | 'ц' => 'u',
        'ѵ' => 'v',
        'ԝ' | 'ш' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' | 'γ' => 'y',
        'ᴢ' => 'z',
        _ => return None,
    };
    Some(twin)
}

/// The letter a digit or sign is often written for.
pub fn leet(c: char) -> Option<char> {
    let letter = match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        '9' => 'g',
        _ => return None,
    };
    Some(letter)
}

/// Whether a character stands as a word of its own, because its script puts no spaces between words.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_costume_become_plain() {
        for (given, wanted) in
            [('Ａ', 'a'), ('𝗕', 'b'), ('ⓒ', 'c'), ('é', 'e'), ('Ł', 'l'), ('ż', 'z'), ('𝟳', '7')]
        {
            assert_eq!(plain(given), Plain::One(wanted), "{given}");
        }
        assert_eq!(plain('ß'), Plain::Many("ss"));
        assert_eq!(plain('ж'), Plain::One('ж'), "another alphabet is no disguise");
    }

    #[test]
    fn tags_spell_ascii() {
        assert_eq!(tag_ascii('\u{E0069}'), Some('i'));
        assert_eq!(tag_ascii('i'), None);
    }
}
