//! From a file's text to a checked workflow and findings.

use crate::anytime;
use crate::catalog::Catalog;
use crate::checks;
use crate::file;
use crate::finding::Finding;
use crate::reader::{Map, Reader};
use crate::source;
use crate::workflow::{BlockId, Workflow};
use sha2::{Digest, Sha256};

/// What came of a file: the workflow, if nothing in it is an error, and everything that was found.
#[derive(Debug)]
pub struct Reading {
    pub workflow: Option<Workflow>,
    /// In the order of the file.
    pub findings: Vec<Finding>,
}

/// Reads and checks a file. Never fails and never stops at the first finding, but where the text is no YAML.
pub fn read(text: &str, catalog: &Catalog) -> Reading {
    let mut reader = Reader::new(text, catalog);
    let workflow = source::parse(text, &mut reader.findings).map(|root| {
        let map = reader.map(&root, "a workflow", &file::KEYS);
        let workflow = whole(&map, &mut reader);
        checks::run(&workflow, &mut reader);
        workflow
    });
    let good = !reader.findings.has_errors();
    Reading { workflow: workflow.filter(|_| good), findings: reader.findings.sorted() }
}

fn whole(map: &Map, reader: &mut Reader) -> Workflow {
    reader.version(map);
    let name = reader.workflow_name(map);
    let about = map.get("about").and_then(|node| reader.text(node, "a sentence for people"));
    reader.file_languages(map);
    let timezone = reader.timezone(map);
    reader.plugins(map);
    let data = reader.data(map);
    let limits = reader.limits(map);
    if let Some(node) = map.get("hours") {
        reader.later(node.place, "`hours`");
    }
    reader.named_phrases(map);
    let variables = reader.vars(map);
    let order = reader.contacts(map);
    reader.flow_names(map);
    match reader.need(map, "steps") {
        Some(steps) => reader.steps_into(BlockId::MAIN, steps, "steps"),
        None => reader.incomplete = true,
    }
    reader.flow_steps(map);
    reader.contact_branches(map);
    let anytime = anytime::read(map.get("anytime"), &order, reader);
    reader.resolve_gotos();
    Workflow {
        name,
        about,
        version: Sha256::digest(reader.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
        languages: reader.languages.clone(),
        timezone,
        uses: reader.uses.clone(),
        data,
        contacts: reader.contacts.iter().map(|(name, known)| (name.clone(), known.contact.clone())).collect(),
        variables,
        phrases: reader.phrases.clone(),
        anytime,
        limits,
        blocks: std::mem::take(&mut reader.blocks),
        flows: reader.flows.clone(),
        labels: reader.labels.clone(),
    }
}
