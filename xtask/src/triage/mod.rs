//! `cargo xtask train-triage` and `eval-triage`: the weights of the embedded engine, and what it is worth.

mod baseline;
mod data;
mod metrics;
mod report;
mod split;

use crate::shell::{Outcome, root};
use data::Record;
use probatum_triage::Embedded;
use probatum_triage::model::{Channel, Example, Model, train as learn};
use std::path::PathBuf;

/// Trains the text model of the embedded triage engine.
///
/// Learns the weights of words and word pairs from labelled records and writes them to crates/triage/model/words.bin.
/// Rows whose licence forbids commercial use are left out. The same file gives the same weights, byte for byte.
/// Signals, their weights and the thresholds are in the source; see docs/triage.md.
#[derive(clap::Args)]
#[command(after_help = "cargo xtask train-triage --data dev.jsonl\ncargo xtask eval-triage --data dev.jsonl")]
pub struct Train {
    /// One JSON object a line: kind, label, source, raw_data, meta.licence
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Compare with the committed weights instead of writing them
    #[arg(long)]
    check: bool,
}

/// Measures the embedded triage engine on labelled records.
///
/// By default every record is judged with a text model that has seen none of its source (and no row whose licence
/// forbids commercial use), beside a baseline trained on the same part. With `--shipped` the committed weights judge:
/// right for data that nobody has trained on.
#[derive(clap::Args)]
#[command(
    after_help = "cargo xtask eval-triage --data dev.jsonl                  what docs/triage.md says\n\
                        cargo xtask eval-triage --data new.jsonl --shipped        on data of your own\n\
                        cargo xtask eval-triage --data dev.jsonl --json out.json  for comparing two commits\n\
                        cargo xtask eval-triage --data dev.jsonl --free --json out.json  how often each rule holds"
)]
pub struct Eval {
    /// One JSON object a line: kind, label, source, raw_data, meta
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Judge with the committed weights
    #[arg(long)]
    shipped: bool,
    /// Leave out rows whose licence forbids commercial use: what weights may be checked against
    #[arg(long)]
    free: bool,
    /// Write all figures as JSON to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often to resample for the intervals
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    resamples: u32,
}

pub fn train(args: &Train) -> Outcome {
    let records = data::read(&args.data)?;
    let free: Vec<&Record> = records.iter().filter(|record| !record.non_commercial).collect();
    let model = model_of(&free);
    let path = root().join("crates/triage/model/words.bin");
    if args.check {
        return if std::fs::read(&path)? == model.to_bytes() {
            eprintln!("{} is what {} gives", path.display(), args.data.display());
            Ok(())
        } else {
            Err(format!("{} differs from what {} gives", path.display(), args.data.display()).into())
        };
    }
    std::fs::write(&path, model.to_bytes())?;
    eprintln!("{}: {} from {} of {} records", path.display(), model.name(), free.len(), records.len());
    Ok(())
}

pub fn eval(args: &Eval) -> Outcome {
    let mut records = data::read(&args.data)?;
    records.retain(|record| !args.free || !record.non_commercial);
    let judged = if args.shipped { split::shipped(&records) } else { split::crosswise(&records) };
    let report = report::Report::new(&records, &judged, args.resamples, !args.shipped);
    println!("{}", report.text());
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&report.json())?)?;
    }
    Ok(())
}

/// The text model that records give, both classes with the same say.
pub fn model_of(records: &[&Record]) -> Model {
    let channels = Channel::ALL.iter().map(|channel| {
        let mut examples: Vec<Example> = Vec::new();
        for record in records {
            let lessons = record.lessons().into_iter().filter(|(known, _)| known == channel);
            examples.extend(lessons.map(|(_, texts)| Example {
                texts,
                malicious: record.malicious,
                weight: 1.0,
            }));
        }
        let bad = examples.iter().filter(|example| example.malicious).count();
        let good = examples.len() - bad;
        if bad == 0 || good == 0 {
            // Nothing to tell apart: a model of this channel says nothing.
            return vec![0.0; probatum_triage::model::BUCKETS];
        }
        for example in &mut examples {
            let class = if example.malicious { bad } else { good };
            example.weight = metrics::real(bad + good) / (2.0 * metrics::real(class));
        }
        learn(&examples)
    });
    Model::quantise(&channels.collect::<Vec<_>>())
}

/// An engine with a model.
pub fn engine(model: Model) -> Embedded {
    Embedded::with_model(Some(model))
}
