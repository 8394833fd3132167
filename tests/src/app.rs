//! A registry to test: a server, its database, its files, and a client for every role.

use crate::client::Client;
use crate::server::Server;
use crate::{postgres, program, scratch};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A real server.
    Postgres,
}

impl Engine {
    /// Whether it can be tested here.
    pub fn is_here(self) -> bool {
        self == Self::Sqlite || postgres::is_here()
    }

    /// The URL of a new, empty database, for tests that need no server.
    pub fn new_database(self) -> String {
        self.database(&scratch::folder("database"))
    }

    /// The URL of a new, empty database.
    fn database(self, folder: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite://{}", folder.join("probatum.db").display()),
            Self::Postgres => postgres::database(),
        }
    }
}

/// A running registry.
pub struct App {
    engine: Engine,
    database: String,
    data: PathBuf,
    arguments: Vec<String>,
    server: Server,
    keys: Mutex<BTreeMap<String, String>>,
}

impl App {
    /// A registry of its own, with an empty database.
    pub fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[])
    }

    /// A registry of its own, with more arguments for `probatum serve`.
    pub fn start_with(engine: Engine, arguments: &[&str]) -> Self {
        let folder = scratch::folder("app");
        let (database, data) = (engine.database(&folder), folder.join("data"));
        let server = Server::start(&database, &data, arguments);
        let arguments = arguments.iter().map(|a| (*a).to_owned()).collect();
        Self { engine, database, data, arguments, server, keys: Mutex::default() }
    }

    /// A registry of its own, with this configuration file and more arguments for `probatum serve`.
    pub fn configured(engine: Engine, configuration: &str, arguments: &[&str]) -> Self {
        let file = scratch::folder("config").join("probatum.toml");
        std::fs::write(&file, configuration).unwrap();
        Self::start_with(engine, &[&["--config", file.to_str().unwrap()], arguments].concat())
    }

    /// The one registry of this process and database that tests share. Its webhooks may name this machine, and no call of
    /// theirs gets there.
    pub fn shared(engine: Engine) -> &'static Self {
        static SQLITE: OnceLock<App> = OnceLock::new();
        static POSTGRES: OnceLock<App> = OnceLock::new();
        let cell = if engine == Engine::Sqlite { &SQLITE } else { &POSTGRES };
        cell.get_or_init(|| Self::configured(engine, "outbound_hosts = ['127.0.0.1']", &[]))
    }

    /// The one registry of this process and database that tests share and that simulates what it is told to do.
    pub fn demo(engine: Engine) -> &'static Self {
        static SQLITE: OnceLock<App> = OnceLock::new();
        static POSTGRES: OnceLock<App> = OnceLock::new();
        let cell = if engine == Engine::Sqlite { &SQLITE } else { &POSTGRES };
        cell.get_or_init(|| Self::start_with(engine, &["--demo"]))
    }

    /// Which kind of database it has.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The URL of its database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The folder of its files.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Its server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// SIGTERM, and it must end well.
    pub fn stop(&mut self) {
        self.server.signal("TERM");
        let ended = self.ended();
        assert!(ended.success(), "probatum serve ended with {ended} on SIGTERM");
    }

    /// How its server ended, by itself or by a signal.
    pub fn ended(&mut self) -> std::process::ExitStatus {
        self.server.end()
    }

    /// Starts the server again, on the same database and files and with the same arguments.
    pub fn restart(&mut self) {
        self.server = self.replica();
    }

    /// Another server on the same database and files and with the same arguments.
    pub fn replica(&self) -> Server {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        Server::start(&self.database, &self.data, &arguments)
    }

    /// A client without credentials.
    pub fn anonymous(&self) -> Client {
        self.client_of(&self.server)
    }

    /// A client without credentials of another server of this registry.
    pub fn client_of(&self, server: &Server) -> Client {
        Client::new(server.base(), server.log().to_owned())
    }

    /// A client whose key has this one role. Its name is that of the role.
    pub fn user(&self, role: &str) -> Client {
        self.anonymous().with_key(&self.key_of(role))
    }

    /// The key of [`user`](Self::user).
    pub fn key_of(&self, role: &str) -> String {
        let mut keys = self.keys.lock().unwrap_or_else(|e| e.into_inner());
        keys.entry(role.to_owned()).or_insert_with(|| self.new_key(role, &["--role", role])).clone()
    }

    /// A client of this name and with this role.
    pub fn person(&self, name: &str, role: &str) -> Client {
        self.anonymous().with_key(&self.new_key(name, &["--role", role]))
    }

    /// Makes a key as an operator of the registry does.
    pub fn new_key(&self, name: &str, more: &[&str]) -> String {
        let out = self.run(&[&["key", "create", "--name", name], more].concat());
        let key = out.trim_end().to_owned();
        assert!(
            key.starts_with("tw_") && !key.contains(char::is_whitespace),
            "more than a key on stdout: {out:?}"
        );
        key
    }

    /// Runs `probatum` on this database; its standard output. It must succeed.
    pub fn run(&self, args: &[&str]) -> String {
        let done = program::run(&[args, &["--database", &self.database]].concat());
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "probatum {args:?}: {}\n{said}", done.status);
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs `probatum` on this database; what it says on standard error. It must fail.
    pub fn run_fails(&self, args: &[&str]) -> String {
        let done = program::run(&[args, &["--database", &self.database]].concat());
        assert!(!done.status.success(), "probatum {args:?} worked");
        String::from_utf8_lossy(&done.stderr).into_owned()
    }

    /// Runs a statement on its PostgreSQL database, behind its back.
    pub fn tamper(&self, statement: &str) {
        postgres::execute(&self.database, statement);
    }

    /// Throws its PostgreSQL database away, under its hands.
    pub fn lose_database(&self) {
        postgres::lose(&self.database);
    }

    /// A client of each right that most flows need.
    pub fn reporter(&self) -> Client {
        self.user("reporter")
    }

    /// Somebody who classifies and attaches evidence.
    pub fn analyst(&self) -> Client {
        self.user("analyst")
    }

    /// Somebody who also runs actions.
    pub fn operator(&self) -> Client {
        self.user("operator")
    }

    /// Somebody who may do everything.
    pub fn admin(&self) -> Client {
        self.user("admin")
    }

    /// Somebody who may only read.
    pub fn viewer(&self) -> Client {
        self.user("viewer")
    }
}
