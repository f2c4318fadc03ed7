use crate::sandbox::{ENGINE, TEXT_BYTES_MAX, Word};
use crate::{Error, fact};
use closare_terms::Point;
use rhai::{AST, CallFnOptions, EvalAltResult, FnAccess, Map, Position, Scope};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A compiled policy: one layer. Cheap to clone.
#[derive(Clone)]
pub struct Policy {
    name: Arc<str>,
    version: Arc<str>,
    script: Arc<AST>,
}

impl Policy {
    /// Compiles a policy's text. `name` says which in errors and rulings, such as `operator` or a file's name.
    ///
    /// # Errors
    /// Text that isn't Rhai within the sandbox, statements outside functions, or a public function that isn't a
    /// decision point of one argument: a misspelt point would abstain, and nobody would see it.
    pub fn compile(name: &str, text: &str) -> Result<Policy, Error> {
        let error = |place: Position, message: String| Error {
            name: name.to_owned(),
            line: place.line().unwrap_or(0),
            column: place.position().unwrap_or(0),
            message,
        };
        if text.len() > TEXT_BYTES_MAX {
            let message =
                format!("expected at most {TEXT_BYTES_MAX} bytes of policy, found `{}`", text.len());
            return Err(error(Position::NONE, message));
        }
        let script = ENGINE.compile(text).map_err(|found| error(found.1, found.0.to_string()))?;
        if let Some(statement) = script.statements().first() {
            return Err(error(
                statement.position(),
                "expected only functions, found a statement outside".into(),
            ));
        }
        check_functions(&script).map_err(|message| error(Position::NONE, message))?;
        let version = fact::hex(&Sha256::digest(text));
        Ok(Policy { name: name.into(), version: version.into(), script: Arc::new(script) })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the text, hexadecimal.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Has a function for this point; else it abstains.
    pub fn answers(&self, point: Point) -> bool {
        self.script.iter_functions().any(|function| function.name == point.as_str())
    }

    /// `None` where the policy abstains.
    pub(crate) fn ask(&self, point: Point, facts: &Map) -> Option<Result<Word, String>> {
        self.answers(point).then(|| {
            // Nothing but the function runs: a policy has no statements outside, which `compile` has checked.
            let options = CallFnOptions::new().eval_ast(false);
            let mut scope = Scope::new();
            ENGINE
                .call_fn_with_options::<Word>(
                    options,
                    &mut scope,
                    &self.script,
                    point.as_str(),
                    (facts.clone(),),
                )
                .map_err(|error| innermost(*error))
        })
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

fn check_functions(script: &AST) -> Result<(), String> {
    for function in script.iter_functions().filter(|function| function.access == FnAccess::Public) {
        if Point::parse(function.name).is_none() {
            let points: Vec<&str> = Point::ALL.iter().map(|point| point.as_str()).collect();
            return Err(format!(
                "expected a public function to be one of {}, found `{}`; a helper is a `private fn`",
                points.join(", "),
                function.name
            ));
        }
        if function.params.len() != 1 {
            return Err(format!(
                "expected `{}` to take one argument, the facts, found `{}`",
                function.name,
                function.params.len()
            ));
        }
    }
    Ok(())
}

/// Without the chain of "in call to function", which would bury the cause.
fn innermost(error: EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, cause, _) => innermost(*cause),
        other => other.to_string(),
    }
}
