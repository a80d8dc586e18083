//! Which outputs a job has: from what the model offers, what is described and which stems are asked for.

use crate::names::same;
use crate::settings::{JobSettings, Residual};
use crate::stream::Part;
use crate::{ErrorCode, JobError};
use ripieno_infer::Choice;

/// The part that was described.
pub(crate) const TARGET: &str = "target";
/// What is left of the recording.
pub(crate) const RESIDUAL: &str = "residual";

/// What a model offers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer<'a> {
    /// What it is called.
    pub id: &'a str,
    /// Names of its stems.
    pub stems: &'a [String],
    /// What is left when all are taken from the mix.
    pub complement: Option<&'a str>,
    /// Whether it must be told what to separate.
    pub conditioned: bool,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What it is called.
    pub part: String,
    /// What it holds.
    pub content: Part,
}

/// The outputs of a job, the described first and the residual last. `choice` is there when something is described.
pub(crate) fn wanted(offer: &Offer<'_>, choice: Option<&Choice>, job: &JobSettings) -> Result<Vec<Wanted>, JobError> {
    let found = match choice {
        Some(choice) => described(offer, choice, job)?,
        None if offer.conditioned => {
            return refuse(format!("description: {} separates what a description says; give one", offer.id));
        }
        None => offered(offer, job)?,
    };
    let named = |part: &str| found.iter().any(|wanted| same(&wanted.part, part));
    for (field, path, part) in [("out_target", &job.out_target, TARGET), ("out_residual", &job.out_residual, RESIDUAL)]
    {
        if path.is_some() && !named(part) {
            return refuse(format!(
                "{field}: this job has no part '{part}'; describe what the target is, or use out_dir and name"
            ));
        }
    }
    Ok(found)
}

fn described(offer: &Offer<'_>, choice: &Choice, job: &JobSettings) -> Result<Vec<Wanted>, JobError> {
    let all: Vec<usize> = (0..offer.stems.len()).collect();
    let (target, rest) = match *choice {
        Choice::Complement => (Part::Rest(all.clone()), Part::Sum(all)),
        Choice::Stem(_) | Choice::Prompted => {
            let stem = if let Choice::Stem(stem) = *choice { stem } else { 0 };
            let others: Vec<usize> = all.iter().copied().filter(|other| *other != stem).collect();
            let rest = match (job.residual, others.is_empty(), offer.complement) {
                (Residual::MixMinusTarget, ..) => Part::Rest(vec![stem]),
                (Residual::Model, false, _) => Part::Sum(others),
                (Residual::Model, true, Some(_)) => Part::Rest(all),
                (Residual::Model, true, None) => {
                    return refuse(format!(
                        "residual: {} gives nothing but '{}'; use mix-minus-target",
                        offer.id, offer.stems[stem]
                    ));
                }
            };
            (Part::Sum(vec![stem]), rest)
        }
    };
    let both = [(TARGET, target), (RESIDUAL, rest)];
    for stem in &job.stems {
        if !both.iter().any(|(part, _)| same(part, stem)) {
            return refuse(format!(
                "stems: '{stem}' is none of target, residual; without a description all stems of the model can be had"
            ));
        }
    }
    let asked = |part: &str| job.stems.is_empty() || job.stems.iter().any(|stem| same(stem, part));
    let both = both.into_iter().filter(|(part, _)| asked(part));
    Ok(both.map(|(part, content)| Wanted { part: part.to_owned(), content }).collect())
}

fn offered(offer: &Offer<'_>, job: &JobSettings) -> Result<Vec<Wanted>, JobError> {
    let all: Vec<usize> = (0..offer.stems.len()).collect();
    let mut offers: Vec<(&str, Part)> =
        offer.stems.iter().enumerate().map(|(stem, name)| (name.as_str(), Part::Sum(vec![stem]))).collect();
    if let Some(complement) = offer.complement {
        offers.push((complement, Part::Rest(all.clone())));
    }
    // A stem or complement of this name is what the model says it is.
    let own_residual = offers.iter().any(|(name, _)| same(name, RESIDUAL));
    let is_residual = |name: &str| same(name, RESIDUAL) && !own_residual;
    let mut found = Vec::new();
    for (name, content) in &offers {
        if job.stems.is_empty() || job.stems.iter().any(|stem| same(stem, name)) {
            found.push(Wanted { part: (*name).to_owned(), content: content.clone() });
        }
    }
    for stem in &job.stems {
        if !is_residual(stem) && !offers.iter().any(|(name, _)| same(name, stem)) {
            let offers: Vec<&str> = offers.iter().map(|(name, _)| *name).chain([RESIDUAL]).collect();
            return refuse(format!("stems: '{stem}' is nothing that {} gives; it has {}", offer.id, offers.join(", ")));
        }
    }
    let alone = job.stems.is_empty() && offer.stems.len() == 1 && offer.complement.is_none() && !own_residual;
    if alone || job.stems.iter().any(|stem| is_residual(stem)) {
        found.push(Wanted { part: RESIDUAL.to_owned(), content: left(&found, &all) });
    }
    Ok(found)
}

/// What is left when all that was found is taken from the recording; all stems, where nothing was.
fn left(found: &[Wanted], all: &[usize]) -> Part {
    let mut taken = Vec::new();
    let mut rest_taken = false;
    for wanted in found {
        match &wanted.content {
            Part::Sum(stems) => taken.extend(stems),
            Part::Rest(_) => rest_taken = true,
        }
    }
    match (rest_taken, taken.is_empty()) {
        (true, _) => Part::Sum(all.iter().copied().filter(|stem| !taken.contains(stem)).collect()),
        (false, true) => Part::Rest(all.to_vec()),
        (false, false) => Part::Rest(taken),
    }
}

fn refuse<T>(message: String) -> Result<T, JobError> {
    Err(JobError::new(ErrorCode::BadSettings, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Outputs as text: `name=+0+1` for sums, `name=-0` for rests.
    fn check(stems: &[&str], complement: Option<&str>, choice: Option<Choice>, job: &JobSettings, expected: &str) {
        let names: Vec<String> = stems.iter().map(|stem| (*stem).to_owned()).collect();
        let offer = Offer { id: "m", stems: &names, complement, conditioned: choice == Some(Choice::Prompted) };
        let text = match wanted(&offer, choice.as_ref(), job) {
            Err(error) => format!("{}: {}", error.code.word(), error.message),
            Ok(found) => {
                let one = |wanted: Wanted| {
                    let (sign, stems) = match wanted.content {
                        Part::Sum(stems) => ('+', stems),
                        Part::Rest(stems) => ('-', stems),
                    };
                    let stems: String = stems.iter().map(|stem| format!("{sign}{stem}")).collect();
                    format!("{}={stems}", wanted.part)
                };
                found.into_iter().map(one).collect::<Vec<_>>().join(" ")
            }
        };
        assert!(
            text == expected || expected.ends_with('*') && text.starts_with(expected.trim_end_matches('*')),
            "{text}"
        );
    }

    fn job(stems: &[&str], residual: Residual) -> JobSettings {
        let mut job = JobSettings::new("m", "song.wav");
        job.stems = stems.iter().map(|stem| (*stem).to_owned()).collect();
        job.residual = residual;
        job
    }

    #[test]
    fn without_a_description_all_stems_come() {
        let check = |stems: &[&str], complement, asked: &[&str], expected: &str| {
            check(stems, complement, None, &job(asked, Residual::MixMinusTarget), expected);
        };
        check(&["harmonic", "percussive"], None, &[], "harmonic=+0 percussive=+1");
        check(&["vocals"], None, &[], "vocals=+0 residual=-0");
        check(&["vocals"], Some("band"), &[], "vocals=+0 band=-0");
        check(&["target", "residual"], None, &[], "target=+0 residual=+1");
        check(&["d", "b", "o"], None, &["B", "residual"], "b=+1 residual=-1");
        check(&["d", "b", "o"], None, &["residual"], "residual=-0-1-2");
        check(&["d", "b"], Some("rest"), &["d", "rest", "residual"], "d=+0 rest=-0-1 residual=+1");
        check(&["d", "b"], None, &["x"], "bad_settings: stems: 'x' is nothing that m gives; it has d, b, residual");
    }

    #[test]
    fn what_is_described_is_the_target() {
        let target = |stem| Some(Choice::Stem(stem));
        let ours = |asked: &[&str]| job(asked, Residual::MixMinusTarget);
        let models = job(&[], Residual::Model);
        check(&["a", "b", "c"], None, target(1), &ours(&[]), "target=+1 residual=-1");
        check(&["a", "b", "c"], None, target(1), &models, "target=+1 residual=+0+2");
        check(&["a"], Some("b"), Some(Choice::Complement), &ours(&[]), "target=-0 residual=+0");
        check(&["a"], Some("b"), target(0), &models, "target=+0 residual=-0");
        check(&["a"], None, target(0), &models, "bad_settings: residual: m gives nothing but 'a'*");
        check(&["t", "r"], None, Some(Choice::Prompted), &models, "target=+0 residual=+1");
        check(&["t", "r"], None, Some(Choice::Prompted), &ours(&["residual"]), "residual=-0");
        check(&["a", "b"], None, target(0), &ours(&["a"]), "bad_settings: stems: 'a'*");
    }

    #[test]
    fn places_belong_to_parts() {
        let mut placed = job(&[], Residual::MixMinusTarget);
        placed.out_target = Some("t.wav".into());
        check(&["a", "b"], None, Some(Choice::Stem(0)), &placed, "target=+0 residual=-0");
        check(&["a", "b"], None, None, &placed, "bad_settings: out_target: this job has no part 'target'*");
        let names = ["t".to_owned()];
        let offer = Offer { id: "m", stems: &names, complement: None, conditioned: true };
        assert!(wanted(&offer, None, &job(&[], Residual::Model)).is_err());
    }
}
