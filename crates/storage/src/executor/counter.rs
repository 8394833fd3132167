//! Counts part of the matches of a text on a connection of its own, while a reader reads the page and counts the rest: a
//! total may take as long as all else of a list.

use crate::executor::pools::SQLITE_READER;
use crate::sqlite;
use crossbeam_channel::{Receiver, Sender, bounded};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use probatum_application::AppError;
use std::thread::JoinHandle;

/// A total, and what it was counted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many match.
    pub n: i64,
    /// The end of the audit log in the snapshot that was counted.
    pub head: i64,
}

struct Question {
    words: String,
    bound: i64,
    answer: Sender<Counted>,
}

/// The thread that counts. Dropping it lets it finish, and waits for it.
pub struct Counter {
    questions: Option<Sender<Question>>,
    thread: Option<JoinHandle<()>>,
}

impl Counter {
    /// Starts it on a SQLite file.
    pub fn start(path: &str) -> Result<Self, AppError> {
        let unavailable = |e: String| AppError::unavailable(e);
        let mut conn = sqlite::Conn::establish(path).map_err(|e| unavailable(e.to_string()))?;
        conn.batch_execute(SQLITE_READER).map_err(|e| unavailable(e.to_string()))?;
        // Without room: a question is taken only by a thread that has nothing to do.
        let (questions, asked) = bounded(0);
        let thread = std::thread::Builder::new().name("counter".to_owned());
        let thread =
            thread.spawn(move || serve(&mut conn, &asked)).map_err(|e| unavailable(e.to_string()))?;
        Ok(Self { questions: Some(questions), thread: Some(thread) })
    }

    /// Has the matches of a text counted among the rows before `bound`; the answer comes, unless that fails. `None` if
    /// somebody else's are being counted.
    pub fn ask(&self, words: &str, bound: i64) -> Option<Receiver<Counted>> {
        let (answer, counted) = bounded(1);
        let question = Question { words: words.to_owned(), bound, answer };
        self.questions.as_ref()?.try_send(question).ok().map(|()| counted)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.questions = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that counts had panicked");
        }
    }
}

fn serve(conn: &mut sqlite::Conn, asked: &Receiver<Question>) {
    while let Ok(Question { words, bound, answer }) = asked.recv() {
        // Who asked counts for themselves if there is no answer.
        match conn.transaction(|conn| sqlite::text::counted(conn, &words, bound)) {
            Ok(counted) => drop(answer.send(counted)),
            Err(e) => tracing::warn!(error = %e, "a text could not be counted"),
        }
    }
}
