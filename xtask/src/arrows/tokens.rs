//! Finds paths within the crate, and `unsafe`, in Rust tokens.

use std::collections::HashSet;
use std::iter::Peekable;
use std::str::FromStr;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

/// Something in a source file that the architecture restricts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// A path from the crate's root.
    Path(Path),
    /// The root itself: `crate::*`, or under another name.
    Everything,
    /// The keyword.
    Unsafe,
}

/// `crate::probe::Word` is `[probe, Word]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) names: Vec<String>,
    /// Is it re-exported by a `pub use`?
    pub(super) is_reexport: bool,
}

/// The findings in a source file.
#[derive(Default)]
pub(super) struct Findings {
    /// Every finding with its line.
    pub(super) all: Vec<(usize, Finding)>,
    /// The words of the file outside its `use` items.
    pub(super) words: HashSet<String>,
}

/// The findings of `source`. `module` is the file's own place in the crate, and `children` are the modules that it
/// declares in files of their own.
pub(super) fn findings_in(
    source: &str,
    module: &[String],
    children: &[String],
) -> Result<Findings, LexError> {
    let (here, found) = (module.to_vec(), Findings::default());
    let mut walk = Walk { here, children, is_use: false, is_reexport: false, found };
    walk.tokens(TokenStream::from_str(source)?);
    Ok(walk.found)
}

type Tokens = Peekable<IntoIter>;

struct Walk<'a> {
    /// The module that the walk is inside, inline modules included.
    here: Vec<String>,
    children: &'a [String],
    /// Is this a `use` item, and a `pub` one?
    is_use: bool,
    is_reexport: bool,
    found: Findings,
}

impl Walk<'_> {
    fn tokens(&mut self, stream: TokenStream) {
        let mut tokens = stream.into_iter().peekable();
        // Was the last word `pub`, perhaps with a scope? Was the last token a colon?
        let (mut is_public, mut is_in_path) = (false, false);
        while let Some(token) = tokens.next() {
            let was_in_path = std::mem::take(&mut is_in_path);
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    let name = ident.to_string();
                    match name.as_str() {
                        "unsafe" => self.found.all.push((line, Finding::Unsafe)),
                        "mod" => self.module(&mut tokens),
                        "crate" => self.path(&mut tokens, line, Vec::new()),
                        "super" => {
                            let parent = parent_of(&self.here);
                            self.path(&mut tokens, line, parent);
                        }
                        "use" => (self.is_use, self.is_reexport) = (true, is_public),
                        _ if !was_in_path && self.children.contains(&name) => {
                            let child =
                                [self.here.as_slice(), std::slice::from_ref(&name)].concat();
                            self.path(&mut tokens, line, child);
                        }
                        _ => {}
                    }
                    is_public = name == "pub";
                    if !self.is_use {
                        self.found.words.insert(name);
                    }
                }
                TokenTree::Punct(punct) => {
                    is_in_path = punct.as_char() == ':';
                    if punct.as_char() == ';' {
                        (self.is_use, self.is_reexport) = (false, false);
                    }
                }
                TokenTree::Literal(_) => {}
            }
        }
    }

    /// After `mod`: an inline module is one deeper.
    fn module(&mut self, tokens: &mut Tokens) {
        let name = tokens.next().map(|name| name.to_string()).unwrap_or_default();
        if let Some(TokenTree::Group(group)) = tokens.peek() {
            let body = group.stream();
            tokens.next();
            self.here.push(name);
            self.tokens(body);
            self.here.pop();
        }
    }

    /// Continues after a word that leads to the module `prefix`.
    fn path(&mut self, tokens: &mut Tokens, line: usize, prefix: Vec<String>) {
        if !skip_separator(tokens) {
            // `pub(crate)`, `pub(super)`, a variable with a module's name: no arrow. `use crate as x` hides arrows.
            let is_renamed = matches!(tokens.peek(), Some(TokenTree::Ident(next)) if next == "as");
            if is_renamed && prefix.is_empty() {
                self.found.all.push((line, Finding::Everything));
            }
            return;
        }
        self.rest_of_path(tokens, line, prefix);
    }

    /// Continues after the `::` that follows the module `prefix`.
    fn rest_of_path(&mut self, tokens: &mut Tokens, line: usize, mut prefix: Vec<String>) {
        match tokens.peek().cloned() {
            Some(TokenTree::Ident(next)) => {
                tokens.next();
                let line = next.span().start().line;
                match next.to_string().as_str() {
                    "super" => return self.path(tokens, line, parent_of(&prefix)),
                    "self" => {}
                    name => prefix.push(name.to_owned()),
                }
                if skip_separator(tokens) {
                    self.rest_of_path(tokens, line, prefix);
                } else {
                    self.found(line, prefix);
                }
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                tokens.next();
                self.branches(group.stream(), line, &prefix);
            }
            Some(other) => self.found(other.span().start().line, prefix),
            None => self.found(line, prefix),
        }
    }

    /// `{a::b, super::c, *}` after a path: each branch continues from the same module.
    fn branches(&mut self, stream: TokenStream, line: usize, prefix: &[String]) {
        let mut tokens = stream.into_iter().peekable();
        while tokens.peek().is_some() {
            self.rest_of_path(&mut tokens, line, prefix.to_vec());
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',');
            while tokens.next().is_some_and(|token| !is_comma(&token)) {}
        }
    }

    fn found(&mut self, line: usize, names: Vec<String>) {
        let finding = if names.is_empty() {
            Finding::Everything
        } else {
            Finding::Path(Path { names, is_reexport: self.is_reexport })
        };
        self.found.all.push((line, finding));
    }
}

fn parent_of(module: &[String]) -> Vec<String> {
    module.split_last().map(|(_, parent)| parent.to_vec()).unwrap_or_default()
}

/// Takes `::` from `tokens`; was it there?
fn skip_separator(tokens: &mut Tokens) -> bool {
    for _ in 0..2 {
        match tokens.peek() {
            Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => tokens.next(),
            _ => return false,
        };
    }
    true
}
