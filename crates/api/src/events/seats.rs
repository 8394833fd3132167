//! How many streams may be open: of one principal, and in all.

use probatum_application::AppError;
use probatum_kernel::Code;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// Streams of one process.
const MAX_STREAMS: usize = 512;
/// Streams of one principal; callers without credentials are one.
const MAX_OF_ONE: usize = 16;

/// The seats there are.
#[derive(Debug, Default)]
pub struct Seats {
    taken: Mutex<BTreeMap<String, usize>>,
}

/// One of them; free again when dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    principal: String,
}

impl Seats {
    fn book(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.taken.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.book().values().sum()
    }

    /// Takes one: 429 if this principal has as many as it may, 503 if all are taken.
    pub fn take(self: &Arc<Self>, principal: &str) -> Result<Seat, AppError> {
        let mut book = self.book();
        if book.get(principal).is_some_and(|n| *n >= MAX_OF_ONE) {
            let detail =
                format!("{MAX_OF_ONE} event streams of yours are open, which is the limit; close one.");
            return Err(AppError::new(Code::TooManyStreams, detail));
        }
        if book.values().sum::<usize>() >= MAX_STREAMS {
            return Err(AppError::unavailable(format!("all {MAX_STREAMS} event streams are taken")));
        }
        let mine = book.entry(principal.to_owned()).or_default();
        *mine = mine.saturating_add(1);
        Ok(Seat { seats: self.clone(), principal: principal.to_owned() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut book = self.seats.book();
        if let Some(n) = book.get_mut(&self.principal) {
            *n = n.saturating_sub(1);
            if *n == 0 {
                book.remove(&self.principal);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_limited_and_come_free_again() {
        let seats = Arc::new(Seats::default());
        let mut mine: Vec<Seat> = (0..MAX_OF_ONE).map(|_| seats.take("a").unwrap()).collect();
        assert_eq!(seats.take("a").unwrap_err().code, Code::TooManyStreams);
        mine.pop();
        mine.push(seats.take("a").unwrap());
        let names: Vec<String> = (0..MAX_STREAMS - MAX_OF_ONE).map(|n| format!("p{n}")).collect();
        let others: Vec<Seat> = names.iter().map(|n| seats.take(n).unwrap()).collect();
        assert_eq!(seats.taken(), MAX_STREAMS);
        assert_eq!(seats.take("b").unwrap_err().code, Code::Unavailable);
        drop((mine, others));
        assert_eq!((seats.taken(), seats.book().len()), (0, 0));
    }
}
