//! The streams that the program writes to, handed in so that a whole run can be a test.

use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Stream = Arc<Mutex<Box<dyn Write + Send>>>;

/// Standard output and standard error. Clones share them.
#[derive(Clone)]
pub struct Console {
    out: Stream,
    err: Stream,
    /// Whether people watch standard error on a terminal: then progress is drawn, not printed.
    pub interactive: bool,
    /// Width of the terminal in columns; `None` when output goes elsewhere.
    pub width: Option<u16>,
    /// Where answers to questions come from; `None` when nobody is there to give any.
    answers: Option<Arc<Mutex<Box<dyn BufRead + Send>>>>,
}

impl Console {
    /// A console over two streams.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>, interactive: bool, width: Option<u16>) -> Self {
        Self { out: Arc::new(Mutex::new(out)), err: Arc::new(Mutex::new(err)), interactive, width, answers: None }
    }

    /// The process's own streams.
    #[must_use]
    pub fn of_process() -> Self {
        use std::io::IsTerminal;
        let interactive = io::stderr().is_terminal();
        let width = io::stdout().is_terminal().then(console_width).flatten();
        let console = Self::new(Box::new(io::stdout()), Box::new(io::stderr()), interactive, width);
        match interactive && io::stdin().is_terminal() {
            true => console.answered_by(Box::new(io::BufReader::new(io::stdin()))),
            false => console,
        }
    }

    /// The same with somebody who answers questions.
    #[must_use]
    pub fn answered_by(self, answers: Box<dyn BufRead + Send>) -> Self {
        Self { answers: Some(Arc::new(Mutex::new(answers))), ..self }
    }

    /// Asks on standard error; `None` when nobody is there to answer.
    #[must_use]
    pub fn ask(&self, question: &str) -> Option<String> {
        let mut answers = self.answers.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut err = Self::lock(&self.err);
            write!(err, "{question}").and_then(|()| err.flush()).ok()?;
        }
        let mut answer = String::new();
        // The end of input is no answer.
        (answers.read_line(&mut answer).ok()? > 0).then(|| answer.trim_end().to_owned())
    }

    fn lock(stream: &Stream) -> MutexGuard<'_, Box<dyn Write + Send>> {
        stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line to standard output: the answer to what was asked.
    ///
    /// # Errors
    /// When the stream is closed.
    pub fn say(&self, text: &str) -> io::Result<()> {
        let mut out = Self::lock(&self.out);
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// Writes bytes to standard output as they are: a file that was asked for there.
    ///
    /// # Errors
    /// When the stream is closed.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = Self::lock(&self.out);
        out.write_all(bytes)?;
        out.flush()
    }

    /// Writes a line to standard error: progress, notes, errors. A closed stream stops nothing.
    pub fn tell(&self, text: &str) {
        let mut err = Self::lock(&self.err);
        let _ = writeln!(err, "{text}").and_then(|()| err.flush());
    }
}

fn console_width() -> Option<u16> {
    rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| size.ws_col).filter(|columns| *columns > 0)
}
