//! `--presets`: which of a font's presets go into a bank.

use std::fmt;

/// A preset's place in the tables of MIDI.
pub type Address = (u16, u16);

/// What `--presets` says: items between commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice(Vec<Item>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    /// Programs of one bank.
    Programs { bank: u16, first: u16, last: u16 },
    /// A name, in lower case.
    Name(String),
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Programs { bank, first, last } if first == last => write!(f, "{bank}:{first}"),
            Self::Programs { bank, first, last } => write!(f, "{bank}:{first}-{last}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Choice {
    /// Reads a list: `0`, `4-7` and `8:80` are programs (of bank 0 unless one is named), everything else is a preset's name.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn parse(list: &str) -> Result<Self, String> {
        let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
        let items: Vec<Item> = items.map(Item::parse).collect::<Result<_, _>>()?;
        if items.is_empty() { Err("no preset is named; write --presets 0,4-7,128:0".into()) } else { Ok(Self(items)) }
    }

    /// Which of the presets are meant. Names compare whatever their case.
    ///
    /// # Errors
    /// The first item that means none of them.
    pub fn pick<'a>(&self, presets: impl Iterator<Item = (Address, &'a str)> + Clone) -> Result<Vec<bool>, String> {
        if let Some(idle) = self.0.iter().find(|item| !presets.clone().any(|(at, name)| item.means(at, name))) {
            return Err(idle.to_string());
        }
        Ok(presets.map(|(at, name)| self.0.iter().any(|item| item.means(at, name))).collect())
    }
}

impl Item {
    fn parse(item: &str) -> Result<Self, String> {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (bank, programs) = item.split_once(':').unwrap_or(("0", item));
        let (first, last) = programs.split_once('-').unwrap_or((programs, programs));
        if !is_number(bank.trim()) || !is_number(first.trim()) || !is_number(last.trim()) {
            return Ok(Self::Name(item.to_lowercase()));
        }
        let number = |text: &str, most: u16| {
            let number = text.trim().parse().ok().filter(|number| *number <= most);
            number.ok_or_else(|| format!("`{item}` goes beyond {most}; banks are 0 to 128, programs 0 to 127"))
        };
        let (bank, first, last) = (number(bank, 128)?, number(first, 127)?, number(last, 127)?);
        if first > last {
            return Err(format!("`{item}` runs backwards; write {last}-{first}"));
        }
        Ok(Self::Programs { bank, first, last })
    }

    fn means(&self, (bank, program): Address, name: &str) -> bool {
        match self {
            Self::Programs { bank: wanted, first, last } => bank == *wanted && (*first..=*last).contains(&program),
            Self::Name(wanted) => name.trim().to_lowercase() == *wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(list: &str) -> Result<Vec<usize>, String> {
        let presets =
            [((0, 0), "Piano"), ((0, 5), "E. Piano"), ((0, 7), "Clavi"), ((8, 5), "Other"), ((128, 0), "Kit")];
        let picked = Choice::parse(list)?.pick(presets.into_iter())?;
        Ok(picked.into_iter().enumerate().filter(|(_, picked)| *picked).map(|(n, _)| n).collect())
    }

    #[test]
    fn programs_ranges_banks_and_names() {
        assert_eq!(picked("0"), Ok(vec![0]));
        assert_eq!(picked("4-7, 128:0"), Ok(vec![1, 2, 4]));
        assert_eq!(picked("8:0-127,clavi,E. PIANO"), Ok(vec![1, 2, 3]));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(picked("0,9"), Err("0:9".into()));
        assert_eq!(picked("bagpipe"), Err("bagpipe".into()));
        assert!(picked("7-4").unwrap_err().contains("backwards"));
        assert!(picked("0:200").unwrap_err().contains("beyond 127"));
        assert!(picked("99999999999").unwrap_err().contains("beyond 127"));
        assert!(picked(" , ").unwrap_err().contains("no preset"));
    }
}
