//! The engine and its floors as contenders of a comparison in rounds: told by a line what to do, they answer with a line.

use crate::contest::{Contender, Contest};
use crate::shapes::SHAPES;
use std::fs;
use std::io::{self, BufRead, Write};

/// Answers until the input ends. What cannot be done ends it, with the reason on the last line.
pub(crate) fn serve() -> io::Result<()> {
    let mut contest = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let answer = answer(&mut contest, &words).unwrap_or_else(|| format!("cannot do: {line}"));
        writeln!(io::stdout(), "{answer}")?;
        io::stdout().flush()?;
    }
    Ok(())
}

fn answer(contest: &mut Option<Contest>, words: &[&str]) -> Option<String> {
    match *words {
        ["shapes"] => Some(SHAPES.map(|(name, _)| name).join(" ")),
        // Builds it, writes it to a file for the peers; answers the gadgets fired in a tick, and how many turns there are.
        ["open", name, file] => {
            *contest = None;
            let (_, make) = SHAPES.iter().find(|(known, _)| *known == name)?;
            let mut opened = Contest::new(make());
            fs::write(file, opened.shape.to_string()).ok()?;
            let (fired, _) = opened.warm(name, || 0);
            let turns = opened.shape.turns.len();
            *contest = Some(opened);
            Some(format!("{fired} {turns}"))
        }
        ["can", contender] => {
            let can = contest.as_ref()?.can(find(contender)?);
            Some(if can { "true" } else { "false: a plan is fixed" }.into())
        }
        ["run", contender, ticks] => {
            let took = contest.as_mut()?.run(find(contender)?, ticks.parse().ok()?);
            Some(took.as_secs_f64().to_string())
        }
        ["values", contender, phase, file] => {
            let (contest, contender) = (contest.as_mut()?, find(contender)?);
            contest.advance(contender, phase.parse().ok()?);
            let bytes: Vec<u8> = contest
                .column(contender)
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect();
            fs::write(file, bytes).ok()?;
            Some("written".into())
        }
        _ => None,
    }
}

fn find(name: &str) -> Option<Contender> {
    Contender::ALL.into_iter().find(|contender| contender.name() == name)
}
