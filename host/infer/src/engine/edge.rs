//! The edge between drivers and engines: tensors are put into a graph's order and checked before an engine sees them.

use crate::driver::shown_shape;
use crate::{ElementKind, GraphError, Slot, Tensor};
use ripieno_ports::FaultKind;

/// The given tensors in the order of a graph's inputs, each of its slot's kind and shape.
///
/// # Errors
/// When one is missing, comes twice, is unknown, or does not fit its slot.
pub(super) fn arrange(graph: &str, slots: &[Slot], given: Vec<(&str, Tensor)>) -> Result<Vec<Tensor>, GraphError> {
    let fault = |message: String| GraphError { kind: FaultKind::Failed, message: format!("{graph}: {message}") };
    let mut ordered: Vec<Option<Tensor>> = slots.iter().map(|_| None).collect();
    for (name, tensor) in given {
        let at = slots.iter().position(|slot| slot.name == name);
        let at = at.ok_or_else(|| fault(format!("there is no input '{name}'")))?;
        let slot = &slots[at];
        if kind_of(slot) != tensor.elements().kind() {
            return Err(fault(format!("input '{name}' takes {:?}, not {:?}", slot.kind, tensor.elements().kind())));
        }
        if !fits(tensor.shape(), &slot.shape) {
            return Err(fault(format!(
                "input '{name}' takes {}, not {}",
                shown_shape(&slot.shape),
                shown_shape(&tensor.shape().iter().copied().map(Some).collect::<Vec<_>>())
            )));
        }
        if ordered[at].replace(tensor).is_some() {
            return Err(fault(format!("input '{name}' was given twice")));
        }
    }
    (ordered.into_iter().zip(slots))
        .map(|(tensor, slot)| tensor.ok_or_else(|| fault(format!("input '{}' was not given", slot.name))))
        .collect()
}

/// Whether a slot takes a tensor of this shape.
fn fits(given: &[usize], slot: &[Option<usize>]) -> bool {
    given.len() == slot.len() && given.iter().zip(slot).all(|(given, own)| own.is_none_or(|own| own == *given))
}

/// The kind in which drivers give and get a slot's elements.
fn kind_of(slot: &Slot) -> ElementKind {
    match slot.kind {
        ElementKind::F16 => ElementKind::F32,
        kind => kind,
    }
}

/// What an engine said of a run that failed, and whether less at once would help.
pub(super) fn run_error(graph: &str, text: &str) -> GraphError {
    let lower = text.to_lowercase();
    let memory =
        ["failed to allocate", "out of memory", "bad_alloc", "bad allocation", "not enough memory", "cudaerrormemory"];
    let unsupported = ["unimplemented", "not implemented", "not_implemented", "unsupported", "unknown datumtype"];
    let kind = if memory.iter().any(|word| lower.contains(word)) {
        FaultKind::OutOfMemory
    } else if unsupported.iter().any(|word| lower.contains(word)) {
        FaultKind::Unsupported
    } else {
        FaultKind::Failed
    };
    GraphError { kind, message: format!("{graph}: {}", super::first_line(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Elements;

    fn slot(name: &str, kind: ElementKind, shape: &[Option<usize>]) -> Slot {
        Slot { name: name.to_owned(), kind, shape: shape.to_vec() }
    }

    fn check(given: Vec<(&str, Tensor)>, expected: Result<&[usize], &str>) {
        let slots = [slot("mix", ElementKind::F16, &[Some(1), None]), slot("ids", ElementKind::I64, &[Some(2)])];
        let arranged = arrange("g", &slots, given).map_err(|error| error.message);
        match (arranged, expected) {
            (Ok(all), Ok(lengths)) => {
                assert_eq!(all.iter().map(|one| one.elements().len()).collect::<Vec<_>>(), lengths)
            }
            (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
            (other, _) => panic!("{other:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn tensors_meet_their_slots() {
        let mix = || Tensor::floats(&[1, 3], vec![0.0; 3]);
        let ids = || Tensor::new(&[2], Elements::I64(vec![1, 2]));
        check(vec![("ids", ids()), ("mix", mix())], Ok(&[3, 2]));
        check(vec![("mix", mix())], Err("'ids' was not given"));
        check(vec![("mix", mix()), ("mix", mix()), ("ids", ids())], Err("given twice"));
        check(vec![("mox", mix())], Err("no input 'mox'"));
        check(vec![("mix", ids())], Err("takes F16, not I64"));
        check(vec![("mix", Tensor::floats(&[2, 3], vec![0.0; 6]))], Err("takes [1, ?], not [2, 3]"));
        check(vec![("mix", Tensor::floats(&[3], vec![0.0; 3]))], Err("takes [1, ?], not [3]"));
    }

    #[test]
    fn complaints_say_what_to_do_next() {
        for (text, kind) in [
            ("std::bad_alloc", FaultKind::OutOfMemory),
            (
                "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 8",
                FaultKind::OutOfMemory,
            ),
            ("Unimplemented(Loop) ToTypedTranslator", FaultKind::Unsupported),
            ("Unknown DatumType Bfloat16", FaultKind::Unsupported),
            ("Clashing resolution for expression", FaultKind::Failed),
        ] {
            assert_eq!(run_error("g", text).kind, kind, "{text}");
        }
    }
}
