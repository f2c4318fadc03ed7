//! The checks, each in its file; those that walk paths do so over `paths`.

mod flow;
mod intents;
mod law;
mod time;
mod variables;
mod vendors;
mod walk;

use crate::paths::Paths;
use crate::reader::Reader;
use crate::workflow::Workflow;

pub(crate) fn run(workflow: &Workflow, reader: &mut Reader) {
    vendors::dialogue(workflow, reader);
    law::recording(workflow, reader);
    variables::declared(workflow, reader);
    variables::kinds(workflow, reader);
    flow::routes(workflow, reader);
    // Where a step couldn't be read, a path through it would be judged by what isn't there.
    if reader.incomplete {
        return;
    }
    let paths = Paths::of(workflow);
    flow::ends(&paths, reader);
    flow::loops(&paths, reader);
    flow::reached(&paths, reader);
    walk::walk(&paths, |visit| {
        law::disclosed_first(visit, reader);
        law::consent_first(visit, reader);
        variables::set_before_use(visit, reader);
    });
}
