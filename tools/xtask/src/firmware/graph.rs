//! Who calls whom in a program, read from its disassembly: what an interrupt can reach, and how deep its stack can get.

use crate::run::program;
use anyhow::{Context, Result};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

/// One function.
#[derive(Debug, Default)]
struct Function {
    name: String,
    /// Where calls and jumps out of it go.
    calls: BTreeSet<u32>,
    /// True when it calls what a register names.
    is_indirect: bool,
    /// Words in it that may be addresses.
    words: BTreeSet<u32>,
    /// Bytes that it pushes: at most, because each place that moves the stack pointer down counts.
    frame: u32,
}

/// A program's functions by address.
#[derive(Debug)]
pub struct Graph {
    functions: BTreeMap<u32, Function>,
    /// Words of constant data.
    data: BTreeSet<u32>,
}

impl Graph {
    /// Reads a program.
    pub fn read(elf: &Path) -> Result<Self> {
        let elf = elf.to_string_lossy();
        let code = program("arm-none-eabi-objdump", &["-d", "-C", "--no-show-raw-insn", &elf]).output()?;
        let data = program("arm-none-eabi-objdump", &["-s", "-j", ".rodata", "-j", ".data", &elf]).output()?;
        Ok(Self { functions: functions(&code), data: words(&data) })
    }

    /// The shortest ways from `root` to functions of whose names `is_wanted` is true, one for each of them and each caller.
    pub fn ways(&self, root: &str, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Vec<String>>> {
        let start = self.find(root)?;
        let mut before = BTreeMap::from([(start, None)]);
        let mut queue = VecDeque::from([start]);
        let mut ways = Vec::new();
        while let Some(at) = queue.pop_front() {
            for next in self.callees(at) {
                let Some(function) = self.functions.get(&next) else { continue };
                if is_wanted(&function.name) {
                    let mut way = vec![function.name.clone()];
                    let mut place = Some(at);
                    while let Some(address) = place {
                        way.extend(self.functions.get(&address).map(|function| function.name.clone()));
                        place = before.get(&address).copied().flatten();
                    }
                    way.reverse();
                    ways.push(way);
                } else if let Entry::Vacant(place) = before.entry(next) {
                    place.insert(Some(at));
                    queue.push_back(next);
                }
            }
        }
        Ok(ways)
    }

    /// The most bytes of stack that `root` takes with all that it calls, and the way that takes them. A function that
    /// calls itself counts once.
    pub fn deepest(&self, root: &str) -> Result<(u32, Vec<String>)> {
        let start = self.find(root)?;
        let (mut known, mut open) = (BTreeMap::new(), BTreeSet::new());
        let depth = self.depth(start, &mut known, &mut open);
        let (mut way, mut at) = (Vec::new(), Some(start));
        while let Some(address) = at {
            way.extend(self.functions.get(&address).map(|function| format!("{} ({})", function.name, function.frame)));
            at = known.get(&address).and_then(|(_, next): &(u32, Option<u32>)| *next);
        }
        Ok((depth, way))
    }

    fn depth(&self, at: u32, known: &mut BTreeMap<u32, (u32, Option<u32>)>, open: &mut BTreeSet<u32>) -> u32 {
        if let Some((depth, _)) = known.get(&at) {
            return *depth;
        }
        let Some(function) = self.functions.get(&at).filter(|_| open.insert(at)) else { return 0 };
        let deepest = self.callees(at).into_iter().map(|next| (self.depth(next, known, open), next)).max();
        open.remove(&at);
        let depth = function.frame + deepest.map_or(0, |(depth, _)| depth);
        known.insert(at, (depth, deepest.map(|(_, next)| next)));
        depth
    }

    /// What a function calls. A call by register may go to whatever function has its address in the caller or in data.
    fn callees(&self, at: u32) -> BTreeSet<u32> {
        let Some(function) = self.functions.get(&at) else { return BTreeSet::new() };
        let mut callees: BTreeSet<_> = function.calls.iter().filter_map(|call| self.holding(*call)).collect();
        if function.is_indirect {
            let words = function.words.iter().chain(&self.data);
            // Thumb code is called at odd addresses.
            let entries = words.filter(|word| *word & 1 == 1).map(|word| word - 1);
            callees.extend(entries.filter(|entry| self.functions.contains_key(entry)));
        }
        callees.remove(&at);
        callees
    }

    /// The function that an address lies in.
    fn holding(&self, address: u32) -> Option<u32> {
        self.functions.range(..=address).next_back().map(|(start, _)| *start)
    }

    fn find(&self, name: &str) -> Result<u32> {
        let found = self.functions.iter().find(|(_, function)| function.name == name);
        found.map(|(address, _)| *address).with_context(|| format!("the program has no function {name}"))
    }
}

fn functions(code: &str) -> BTreeMap<u32, Function> {
    let mut functions = BTreeMap::new();
    let mut address = None;
    let mut halves = BTreeMap::new();
    for line in code.lines() {
        if let Some((start, name)) = line.strip_suffix(">:").and_then(|line| line.split_once(" <")) {
            address = u32::from_str_radix(start, 16).ok();
            if let Some(address) = address {
                functions.insert(address, Function { name: name.to_owned(), ..Function::default() });
            }
            halves.clear();
        } else if let Some(function) = address.and_then(|address| functions.get_mut(&address))
            && let Some((_, instruction)) = line.split_once(":\t")
        {
            let (verb, operands) = instruction.split_once('\t').unwrap_or((instruction, ""));
            let operands = operands.split('@').next().unwrap_or_default().trim();
            take(function, &mut halves, verb, operands);
        }
    }
    functions
}

/// One instruction's part in what its function is.
fn take(function: &mut Function, halves: &mut BTreeMap<String, u32>, verb: &str, operands: &str) {
    let number = |text: &str| text.trim().strip_prefix('#').and_then(|text| text.parse::<u32>().ok());
    let verb = verb.trim_end_matches(".w").trim_end_matches(".n");
    if verb == ".word" {
        function.words.extend(u32::from_str_radix(operands.trim_start_matches("0x"), 16).ok());
        return;
    }
    // Addresses are made of two halves.
    if let Some((register, half)) =
        operands.split_once(", ").and_then(|(register, half)| Some((register, number(half)?)))
    {
        match verb {
            "movw" => _ = halves.insert(register.to_owned(), half),
            "movt" => function.words.extend(halves.get(register).map(|low| half << 16 | low)),
            _ => {}
        }
    }
    if verb.starts_with('b') && !operands.contains('{') || matches!(verb, "cbz" | "cbnz") {
        let target = operands.split(", ").last().and_then(|target| target.split(' ').next()).unwrap_or_default();
        match u32::from_str_radix(target, 16) {
            // A jump within the function leads back to it and is dropped when callees are asked for.
            Ok(target) if operands.contains('<') => _ = function.calls.insert(target),
            _ if matches!(verb, "blx" | "bx") && target != "lr" => function.is_indirect = true,
            _ => {}
        }
    }
    function.frame += match verb {
        "push" | "vpush" => 4 * registers(operands),
        "stmdb" if operands.starts_with("sp!") => 4 * registers(operands),
        "sub" | "subw" | "sub.w" if operands.starts_with("sp, ") => {
            operands.rsplit(", ").next().and_then(number).unwrap_or(0)
        }
        "str" if operands.contains("[sp, #-") && operands.ends_with("]!") => 4,
        "strd" if operands.contains("[sp, #-") && operands.ends_with("]!") => 8,
        _ => 0,
    };
}

/// Registers in `{r4, r5-r8, d8}`, those of 64 bits twice.
fn registers(operands: &str) -> u32 {
    let list = operands.split('{').nth(1).unwrap_or_default().trim_end_matches('}');
    let index = |name: &str| name.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().unwrap_or(0);
    let count = |part: &str| {
        let number = part.split_once('-').map_or(1, |(first, last)| index(last).saturating_sub(index(first)) + 1);
        if part.starts_with('d') { 2 * number } else { number }
    };
    list.split(", ").filter(|part| !part.is_empty()).map(count).sum()
}

/// Words of a hexadecimal dump.
fn words(dump: &str) -> BTreeSet<u32> {
    let lines = dump.lines().filter(|line| line.starts_with(' '));
    let columns = lines.flat_map(|line| line.split(' ').skip(2).take(4));
    columns
        .filter(|column| column.len() == 8)
        .filter_map(|column| Some(u32::from_str_radix(column, 16).ok()?.swap_bytes()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "
00000400 <SysTick>:
     400:\tpush\t{r4, r7, lr}
     402:\tvpush\t{d8-d9}
     404:\tsub.w\tsp, sp, #100\t@ 0x64
     408:\tbl\t500 <a::quiet>
     40c:\tbeq.n\t402 <SysTick+0x2>
     40e:\tmovw\tr0, #1537\t@ 0x601
     412:\tmovt\tr0, #0
     416:\tblx\tr0

00000500 <a::quiet>:
     500:\tstmdb\tsp!, {r8, r9}
     504:\tbx\tlr

00000600 <a::loud>:
     600:\tb.w\t700 <core::panicking::panic>

00000700 <core::panicking::panic>:
     700:\tb.n\t700 <core::panicking::panic>

00000800 <main>:
     800:\tbl\t700 <core::panicking::panic>
";

    #[test]
    fn ways_and_depths_are_found() -> Result<()> {
        let graph = Graph { functions: functions(CODE), data: BTreeSet::new() };
        let ways = graph.ways("SysTick", |name| name.contains("panicking"))?;
        assert_eq!(ways, [["SysTick", "a::loud", "core::panicking::panic"]]);
        assert_eq!(graph.ways("a::quiet", |name| name.contains("panicking"))?, [[""; 0]; 0]);
        let (depth, way) = graph.deepest("SysTick")?;
        assert_eq!(depth, 12 + 16 + 100 + 8);
        assert_eq!(way, ["SysTick (128)", "a::quiet (8)"]);
        assert!(graph.ways("main2", |_| true).is_err());
        Ok(())
    }

    #[test]
    fn a_dump_gives_its_words() {
        assert_eq!(words("f.elf:  file\n\n 1000 01060000 78563412 \n"), BTreeSet::from([0x601, 0x1234_5678]));
    }
}
