//! What MIDI ports there are, and which of them a user wants.

/// Which way messages go, seen from this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From a device to us.
    Input,
    /// From us to a device.
    Output,
}

/// A port of another program or of a device. Never one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PortInfo {
    /// What a person calls it. Two devices of one kind may share it.
    pub name: String,
    /// What tells it from all others as long as it stays plugged in, and often longer.
    pub id: String,
    /// Which way.
    pub direction: Direction,
    /// True for a device, false for another program or a loop of the system's own.
    pub is_hardware: bool,
}

impl PortInfo {
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.name == other.name
    }
}

/// Which inputs to bind, now and whenever they appear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Every device; no program and no loop of the system's own.
    #[default]
    Hardware,
    /// Those of these names: the whole name or the whole identifier, else a part that only one name contains. Case and
    /// outer blanks do not count.
    Named(Vec<String>),
}

/// What was chosen of the ports there are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Places in the list of ports, in its order.
    pub ports: Vec<usize>,
    /// Names that nothing matches.
    pub absent: Vec<String>,
    /// Names that are too short to tell, and what they might mean.
    pub ambiguous: Vec<(String, Vec<String>)>,
}

impl Wanted {
    /// Chooses among `ports`. One that `is_bound` already is kept by a name that has become ambiguous since.
    pub(crate) fn choose(&self, ports: &[PortInfo], is_bound: impl Fn(&PortInfo) -> bool) -> Choice {
        let Self::Named(names) = self else {
            let ports = ports.iter().enumerate().filter(|(_, port)| port.is_hardware).map(|(place, _)| place);
            return Choice { ports: ports.collect(), ..Default::default() };
        };
        let mut choice = Choice::default();
        for name in names {
            match find(ports, name, &is_bound) {
                Ok(places) => choice.ports.extend(places),
                Err(near) if near.is_empty() => choice.absent.push(name.clone()),
                Err(near) => choice.ambiguous.push((name.clone(), near)),
            }
        }
        choice.ports.sort_unstable();
        choice.ports.dedup();
        choice
    }
}

/// The ports that a name means; if none for certain, the names of those that it might mean.
pub(crate) fn find(
    ports: &[PortInfo],
    name: &str,
    is_bound: impl Fn(&PortInfo) -> bool,
) -> Result<Vec<usize>, Vec<String>> {
    let name = key(name);
    let places = |wants: &dyn Fn(&PortInfo) -> bool| -> Vec<usize> {
        (0..ports.len()).filter(|place| wants(&ports[*place])).collect()
    };
    let exact = places(&|port| key(&port.name) == name || key(&port.id) == name);
    if !exact.is_empty() {
        return Ok(exact);
    }
    let part = places(&|port| !name.is_empty() && (key(&port.name).contains(&name) || key(&port.id).contains(&name)));
    let bound: Vec<usize> = part.iter().copied().filter(|place| is_bound(&ports[*place])).collect();
    if !bound.is_empty() {
        return Ok(bound);
    }
    let mut names: Vec<String> = part.iter().map(|place| ports[*place].name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() == 1 { Ok(part) } else { Err(names) }
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, id: &str, is_hardware: bool) -> PortInfo {
        PortInfo { name: name.into(), id: id.into(), direction: Direction::Input, is_hardware }
    }

    fn ports() -> Vec<PortInfo> {
        vec![
            port("Pad", "20:0", true),
            port("Pad", "24:0", true),
            port("Pad Mini", "28:0", true),
            port("Keys", "32:0", true),
            port("Sequencer", "128:0", false),
        ]
    }

    #[track_caller]
    fn check(wanted: &[&str], bound: &[&str], expected: Choice) {
        let wanted = Wanted::Named(wanted.iter().map(|name| (*name).into()).collect());
        assert_eq!(wanted.choose(&ports(), |port| bound.contains(&port.id.as_str())), expected);
    }

    #[test]
    fn hardware_is_every_device_and_nothing_else() {
        assert_eq!(Wanted::Hardware.choose(&ports(), |_| false).ports, [0, 1, 2, 3]);
    }

    #[test]
    fn a_whole_name_goes_before_a_part() {
        check(&["pad"], &[], Choice { ports: vec![0, 1], ..Default::default() });
        check(&[" PAD mini "], &[], Choice { ports: vec![2], ..Default::default() });
        check(&["24:0", "ey", "24:0"], &[], Choice { ports: vec![1, 3], ..Default::default() });
        check(&["sequencer"], &[], Choice { ports: vec![4], ..Default::default() });
    }

    #[test]
    fn a_part_must_mean_one_name() {
        let near = vec!["Pad".to_string(), "Pad Mini".to_string()];
        check(&["pa"], &[], Choice { ambiguous: vec![("pa".into(), near)], ..Default::default() });
        check(&["pa"], &["28:0"], Choice { ports: vec![2], ..Default::default() });
        check(&["flute", ""], &[], Choice { absent: vec!["flute".into(), "".into()], ..Default::default() });
    }
}
