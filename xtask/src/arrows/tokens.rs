//! Finding paths from the crate's root, and `unsafe`, in Rust tokens.

use std::iter::Peekable;
use std::str::FromStr;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

/// Something in a source file that the architecture has a say in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// A path from the crate's root: the first name.
    Name(String),
    /// The root itself: `crate::*`, or under another name.
    Everything,
    /// The keyword.
    Unsafe,
}

/// Every finding of `source` with its line; `modules` is the file's own place in the crate.
pub(super) fn findings_in(
    source: &str,
    modules: &[String],
) -> Result<Vec<(usize, Finding)>, LexError> {
    let mut walk = Walk { depth: modules.len(), findings: Vec::new() };
    walk.tokens(TokenStream::from_str(source)?);
    Ok(walk.findings)
}

type Tokens = Peekable<IntoIter>;

struct Walk {
    /// How many modules the walk is inside, inline modules included.
    depth: usize,
    findings: Vec<(usize, Finding)>,
}

impl Walk {
    fn tokens(&mut self, stream: TokenStream) {
        let mut tokens = stream.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    match ident.to_string().as_str() {
                        "unsafe" => self.findings.push((line, Finding::Unsafe)),
                        "mod" => self.module(&mut tokens),
                        "crate" => self.path(&mut tokens, line, 0),
                        "super" => self.path(&mut tokens, line, self.depth.saturating_sub(1)),
                        _ => {}
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// After `mod`: an inline module is one deeper.
    fn module(&mut self, tokens: &mut Tokens) {
        tokens.next();
        if let Some(TokenTree::Group(group)) = tokens.peek() {
            let body = group.stream();
            tokens.next();
            self.depth += 1;
            self.tokens(body);
            self.depth -= 1;
        }
    }

    /// After `crate` or `super`, which led to a module `depth` below the root.
    fn path(&mut self, tokens: &mut Tokens, line: usize, depth: usize) {
        if !skip_separator(tokens) {
            // `pub(crate)`, `pub(super)`: visibility is no arrow. `use crate as x` hides arrows.
            let is_renamed = matches!(tokens.peek(), Some(TokenTree::Ident(next)) if next == "as");
            if is_renamed && depth == 0 {
                self.findings.push((line, Finding::Everything));
            }
            return;
        }
        self.rest_of_path(tokens, depth);
    }

    /// What follows the `::` after a module `depth` below the root.
    fn rest_of_path(&mut self, tokens: &mut Tokens, depth: usize) {
        match tokens.peek().cloned() {
            Some(TokenTree::Ident(next)) if next == "super" => {
                tokens.next();
                self.path(tokens, next.span().start().line, depth.saturating_sub(1));
            }
            Some(TokenTree::Ident(next)) if depth == 0 => {
                let line = next.span().start().line;
                let finding = match next.to_string().as_str() {
                    "self" => Finding::Everything,
                    name => Finding::Name(name.to_owned()),
                };
                self.findings.push((line, finding));
            }
            Some(TokenTree::Punct(star)) if depth == 0 && star.as_char() == '*' => {
                self.findings.push((star.span().start().line, Finding::Everything));
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                tokens.next();
                self.branches(group.stream(), depth);
            }
            _ => {}
        }
    }

    /// `{a::b, super::c, *}` after a path: each branch goes on from the same module.
    fn branches(&mut self, stream: TokenStream, depth: usize) {
        let mut tokens = stream.into_iter().peekable();
        loop {
            self.rest_of_path(&mut tokens, depth);
            loop {
                match tokens.next() {
                    Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => break,
                    Some(_) => {}
                    None => return,
                }
            }
        }
    }
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
