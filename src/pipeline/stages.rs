//! From the recording to the entries: each stage runs when the key of its file is not the key that it would get now.

use super::attach;
use super::edited;
use super::place::Placed;
use super::{Diarization, Error, Model, Report, Settings, Stage, World};
use crate::atomic;
use crate::audio::{self, AudioReader};
use crate::draft;
use crate::failure::{Exit, Failure, told};
use crate::fetch::{captions, questions};
use crate::library::artefact::{self, Key};
use crate::library::{EpisodeFolder, Library, LibraryError, journal};
use crate::model::{
    Caption, ClusterId, Digest, Draft, Edit, Entries, EntryId, EpisodeFacts, ModelInfo, Outline, Proposed, Recording,
    Role, Speakers, Transcript, Utterance, VoicePrint, WrittenQuestion, standing,
};
use crate::qa;
use crate::qa::embed::Embedder;
use crate::reader;
use crate::roster::Person;
use crate::speakers;
use crate::speech;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Below this a voice's role is too unsure to steer segmentation by.
const SURE_ROLE: f32 = 0.5;

struct Run<'a> {
    library: &'a Library,
    folder: EpisodeFolder,
    facts: EpisodeFacts,
    recording: Recording,
    /// What was asked in writing.
    written: Vec<WrittenQuestion>,
    /// Published captions.
    captions: Vec<Caption>,
    /// What people changed and did not take back.
    edits: Vec<Edit>,
    settings: &'a Settings,
    world: &'a World<'a>,
    ran: Vec<Stage>,
    warnings: Vec<String>,
}

/// Runs what is stale.
pub(super) fn run(
    library: &Library,
    placed: Placed,
    warning: Option<String>,
    settings: &Settings,
    world: &World,
) -> Result<Report, Error> {
    let Placed { folder, facts, recording, fetched, _lock, .. } = placed;
    let ran = if fetched { vec![Stage::Fetch] } else { Vec::new() };
    let (written, unread) = attach::held(&folder, facts.questions.as_ref(), questions::read);
    let (captions, unheard) = attach::held(&folder, facts.captions.as_ref(), |_, bytes| captions::read(bytes));
    let warnings = [warning, unread, unheard].into_iter().flatten().collect();
    let edits = journal::edits(&folder.edits()).map_err(|e| Error::new(folder.id.as_str(), Some(Stage::Entries), e))?;
    let edits = standing(&edits);
    let mut run = Run { library, folder, facts, recording, written, captions, edits, settings, world, ran, warnings };
    let result = run.all();
    run.log(result.as_ref().map(|_| ()));
    result
}

impl Run<'_> {
    fn all(&mut self) -> Result<Report, Error> {
        let (host, experts, unknown) = self.people();
        for id in unknown {
            self.warnings
                .push(format!("episode.toml names \"{id}\", but roster.toml does not know anybody by that id."));
        }
        let with_voices = self.settings.diarization.models().is_some();
        if let Diarization::Unusable(why) = &self.settings.diarization {
            self.warnings.push(voiceless(why));
        }
        let (voices, unusable) = self.voices();
        self.warnings.extend(unusable);
        let people = self.settings.roster.people.clone();
        let expected = speakers::Expected { host, experts, people, count: self.facts.voices, voices };
        let mut keys = self.keys(&expected, with_voices);
        self.warnings.extend(self.undated());

        let transcript_stale = self.is_stale(Stage::Transcribe, &self.folder.transcript(), &keys.transcript)?;
        let speakers_stale = with_voices
            && (transcript_stale || self.is_stale(Stage::Speakers, &self.folder.speakers(), &keys.speakers)?);
        let mut outline_stale = transcript_stale
            || speakers_stale
            || self.is_stale(Stage::Segment, &self.folder.outline(), &keys.outline)?;
        let mut draft_stale = outline_stale || self.is_stale(Stage::Draft, &self.folder.draft(), &keys.draft)?;

        let transcript: Transcript = if transcript_stale {
            self.transcribe(&keys.transcript)?
        } else {
            self.load(Stage::Transcribe, &self.folder.transcript())?
        };
        self.warnings.extend(transcript.warnings.iter().cloned());
        let mut voices = Speakers::default();
        if draft_stale && with_voices {
            let found = if speakers_stale {
                self.diarize(&transcript, &expected, &keys.speakers)?
            } else {
                Some(self.load(Stage::Speakers, &self.folder.speakers())?)
            };
            if let Some(found) = found {
                voices = found;
            } else {
                // What was made without voices before need not be made again; voices are tried again in each run.
                keys = self.keys(&expected, false);
                outline_stale =
                    transcript_stale || self.is_stale(Stage::Segment, &self.folder.outline(), &keys.outline)?;
                draft_stale = outline_stale || self.is_stale(Stage::Draft, &self.folder.draft(), &keys.draft)?;
            }
        }
        if draft_stale {
            self.warnings.extend(voices.warnings.iter().cloned());
            let transcript = transcript.cut_at(&voices.cuts);
            let outline: Outline = if outline_stale {
                self.segment(&transcript, &voices, &keys.outline)?
            } else {
                self.load(Stage::Segment, &self.folder.outline())?
            };
            let (voices, lost) = speakers::named(voices, &self.edits);
            self.warnings.extend(lost);
            let material = self.material(transcript, voices, outline);
            self.draft(&material, &keys.draft)?;
        }
        let entries = self.entries(&keys.draft)?;
        Ok(Report {
            id: self.folder.id.clone(),
            ran: self.ran.clone(),
            warnings: std::mem::take(&mut self.warnings),
            entries,
        })
    }

    /// What to write into `episode.toml`, when nobody stated the day of a recording that was downloaded.
    fn undated(&self) -> Option<String> {
        let published = self.recording.published.as_ref().filter(|_| self.facts.held_on.is_none())?;
        let day = published.day();
        let (deed, guess) = match published.live_status.as_deref() {
            Some("was_live") => ("broadcast", "If that is the day of the webinar, "),
            _ => ("uploaded", "The webinar may be older: "),
        };
        let known =
            day.map_or(" Look it up, then ".to_owned(), |day| format!(" The video was {deed} on {day}. {guess}"));
        Some(format!(
            "Nobody has stated the day on which the webinar was held.{known}write held_on = \"YYYY-MM-DD\" into {} and run the \
             same command again.",
            self.folder.facts().display()
        ))
    }

    fn fail(&self, stage: Stage) -> impl Fn(Box<dyn Failure>) -> Error + use<> {
        let subject = self.folder.id.to_string();
        move |source| Error { subject: subject.clone(), stage: Some(stage), early: None, source }
    }

    fn is_stale(&self, stage: Stage, path: &std::path::Path, key: &Digest) -> Result<bool, Error> {
        let redo = self.settings.redo.is_some_and(|from| from <= stage);
        let found = artefact::key_of(path).map_err(|e| self.fail(stage)(Box::new(e)))?;
        Ok(redo || found.as_ref() != Some(key))
    }

    fn load<T: DeserializeOwned>(&self, stage: Stage, path: &std::path::Path) -> Result<T, Error> {
        artefact::load(path)
            .and_then(|value| {
                value.ok_or_else(|| LibraryError::Damaged { path: path.to_owned(), why: "it is not there".into() })
            })
            .map_err(|e| self.fail(stage)(Box::new(e)))
    }

    fn save<T: Serialize>(
        &mut self,
        stage: Stage,
        path: &std::path::Path,
        key: &Digest,
        value: &T,
    ) -> Result<(), Error> {
        artefact::save(path, key, value).map_err(|e| self.fail(stage)(Box::new(e)))?;
        self.ran.push(stage);
        Ok(())
    }

    /// The host, the experts, and the stated ids that nobody in the roster has.
    fn people(&self) -> (Option<Person>, Vec<Person>, Vec<String>) {
        let roster = &self.settings.roster;
        let host = self.facts.host.as_ref().and_then(|id| roster.person(id)).cloned();
        let experts: Vec<Person> = self.facts.experts.iter().filter_map(|id| roster.person(id)).cloned().collect();
        let stated = self.facts.host.iter().chain(&self.facts.experts);
        let unknown = stated.filter(|id| roster.person(id).is_none()).map(ToString::to_string).collect();
        (host, experts, unknown)
    }

    /// The enrolled voices that can be compared, and what is to be said of the others.
    fn voices(&self) -> (Vec<VoicePrint>, Vec<String>) {
        let settings = self.settings;
        let Some((encoder, _)) = settings.diarization.models() else { return (Vec::new(), Vec::new()) };
        let mut warnings = settings.voices.warnings.clone();
        let usable = settings.voices.prints.iter().filter(|print| {
            let id = &print.person;
            let fault = if settings.roster.person(id).is_none() {
                format!(
                    "A voice is enrolled for \"{id}\", whom roster.toml does not know. \"spinetime roster forget {id}\" \
                     removes it."
                )
            } else if print.model != encoder.sha256 {
                format!(
                    "The enrolled voice of {id} was made with another voice model and can't be compared: enrol it again \
                     with \"spinetime roster enroll {id} EPISODE\"."
                )
            } else {
                return true;
            };
            warnings.push(fault);
            false
        });
        let usable = usable.cloned().collect();
        (usable, warnings)
    }

    fn language(&self) -> String {
        self.settings.language_of(&self.facts)
    }

    /// Names first: a misheard name costs a credit. Those of the episode before those of the series.
    fn vocabulary(&self) -> Vec<String> {
        let (host, experts, _) = self.people();
        let mut words: Vec<String> = host.iter().chain(&experts).map(|p| p.name.clone()).collect();
        words.extend(self.settings.glossary.vocabulary.iter().cloned());
        words
    }

    fn keys(&self, expected: &speakers::Expected, with_voices: bool) -> Keys {
        let settings = self.settings;
        let transcript = Key::of("transcript", speech::VERSION)
            .with("audio", &audio::VERSION.to_string())
            .with("recording", self.recording.sha256.as_str())
            .with("model", settings.speech_model.sha256.as_str())
            .with("vad", settings.vad_model.sha256.as_str())
            .with("language", &self.language())
            .with_value("vocabulary", &self.vocabulary())
            .digest();
        let speakers = Key::of("speakers", speakers::VERSION).with("transcript", transcript.as_str());
        let speakers = match settings.diarization.models() {
            Some((encoder, overlaps)) if with_voices => speakers
                .with("model", encoder.sha256.as_str())
                .with("overlaps", overlaps.sha256.as_str())
                .with_value("host", &expected.host)
                .with_value("experts", &expected.experts)
                .with_value("people", &expected.people),
            _ => speakers.with("voices", "not told apart"),
        };
        // What is not there leaves no trace in a key: libraries from before it could be stay up to date.
        let speakers = match &expected.count {
            Some(count) => speakers.with_value("count", count),
            None => speakers,
        };
        let speakers = match expected.voices.as_slice() {
            [] => speakers,
            voices => speakers.with_value("voices", &voices),
        }
        .digest();
        let outline = Key::of("outline", qa::VERSION)
            .with("speakers", speakers.as_str())
            .with("sentences", settings.sentences.sha256.as_str());
        let outline = match self.written.as_slice() {
            [] => outline,
            written => outline.with_value("written", &written),
        };
        let outline = match &self.facts.audience {
            none if none.is_empty() => outline,
            audience => outline.with_value("audience", audience),
        };
        let outline = match &settings.reader {
            None => outline,
            Some(reader) => outline.with("reader", reader.url.as_str()).with("reader's model", &reader.model),
        }
        .digest();
        let draft = Key::of("draft", draft::VERSION)
            .with("outline", outline.as_str())
            .with_value("facts", &self.facts)
            .with("series", &settings.config.series.name);
        let draft = match self.captions.as_slice() {
            [] => draft,
            captions => draft.with_value("captions", &captions),
        };
        let names: Vec<&Edit> = self.edits.iter().filter(|edit| edit.names_voice()).collect();
        let draft = if names.is_empty() { draft } else { draft.with_value("names", &names) };
        let draft = match &settings.glossary.corrections {
            none if none.is_empty() => draft,
            corrections => draft.with_value("corrections", corrections),
        }
        .digest();
        Keys { transcript, speakers, outline, draft }
    }

    fn open(&self, stage: Stage) -> Result<AudioReader, Error> {
        AudioReader::open(&self.folder.media().join(&self.recording.file)).map_err(|e| self.fail(stage)(Box::new(e)))
    }

    fn transcribe(&mut self, key: &Digest) -> Result<Transcript, Error> {
        let stage = Stage::Transcribe;
        let mut reader = self.open(stage)?;
        let settings = self.settings;
        let (whisper, vad) = (&settings.speech_model.path, &settings.vad_model.path);
        let engine = speech::Engine { whisper, vad, whisper_cpp: false };
        let options =
            speech::Options { language: self.language(), vocabulary: self.vocabulary(), workers: settings.workers };
        let journal_path = self.folder.readings();
        let finished = journal::read(&journal_path, key);
        if !finished.is_empty() {
            self.world.progress.note("Going on where the last run stopped.");
        }
        let keep = |reading: &speech::Reading| journal::append(&journal_path, key, reading);
        let expected = reader.declared();
        let World { progress, cancel, .. } = *self.world;
        let heard = speech::transcribe(&mut reader, &engine, &options, finished, &keep, expected, progress, cancel)
            .map_err(|e| self.fail(stage)(Box::new(e)))?;
        let Model { name, sha256, .. } = settings.speech_model.clone();
        let transcript = Transcript {
            language: heard.language,
            duration: heard.duration,
            model: ModelInfo { name, sha256 },
            audio: reader.report(),
            speech: heard.speech,
            words: heard.words,
            sentences: heard.sentences,
            chunks: heard.chunks,
            warnings: reader.warnings().into_iter().chain(heard.warnings).collect(),
        };
        self.save(stage, &self.folder.transcript(), key, &transcript)?;
        // Its readings are in the transcript now. One that stays is passed over by its key.
        let _ = std::fs::remove_file(&journal_path);
        Ok(transcript)
    }

    /// The voices; `None` when they can't be told apart: the entries are worth having all the same, for review.
    fn diarize(
        &mut self,
        transcript: &Transcript,
        expected: &speakers::Expected,
        key: &Digest,
    ) -> Result<Option<Speakers>, Error> {
        let stage = Stage::Speakers;
        let Some((encoder, overlaps)) = self.settings.diarization.models() else { return Ok(None) };
        let reader = self.open(stage)?;
        let models = speakers::Models { ge2e: &encoder.path, overlaps: Some(&overlaps.path) };
        match speakers::diarize(reader, transcript, &models, expected, self.world.progress, self.world.cancel) {
            Ok(voices) => {
                self.save(stage, &self.folder.speakers(), key, &voices)?;
                Ok(Some(voices))
            }
            Err(error) if error.exit() == Exit::Interrupted => Err(self.fail(stage)(Box::new(error))),
            Err(error) => {
                self.warnings.push(voiceless(&told(&error)));
                Ok(None)
            }
        }
    }

    fn segment(&mut self, transcript: &Transcript, voices: &Speakers, key: &Digest) -> Result<Outline, Error> {
        let audience = self.facts.audience.clone();
        let mut spoken = utterances(transcript, voices);
        if let Some(host) = audience.host_voice {
            let host = host.checked_sub(1).map(ClusterId);
            if !spoken.iter().any(|utterance| utterance.speaker == host) {
                self.warnings.push(format!(
                    "episode.toml says that voice {} is the host's, but there is no such voice: \"spinetime voices\" lists them.",
                    audience.host_voice.unwrap_or_default()
                ));
            }
            for utterance in &mut spoken {
                let other = utterance.role.filter(|role| *role != Role::Host);
                utterance.role = if utterance.speaker == host { Some(Role::Host) } else { other };
            }
        }
        let stated =
            audience.questions.iter().map(|text| WrittenQuestion { text: text.clone(), ..WrittenQuestion::default() });
        let written: Vec<WrittenQuestion> = self.written.iter().cloned().chain(stated).collect();
        let (proposed, key) = self.second_reader(&spoken, key)?;
        let (said, asked) = (spoken.iter().map(|said| &said.text), written.iter().map(|asked| &asked.text));
        let (model, pieces) = (&self.settings.sentences.path, &self.settings.word_pieces.path);
        let embeddings =
            Embedder::open(model, pieces).and_then(|embedder| embedder.embed(said.chain(asked), self.world.cancel));
        let mut embeddings = embeddings.map_err(|error| self.fail(Stage::Segment)(Box::new(error)))?;
        let written_embeddings = embeddings.split_off(spoken.len());
        let hints = qa::Hints {
            written_embeddings: &written_embeddings,
            proposed: &proposed,
            written: &written,
            asks: audience.asks,
            from: audience.from.map(|moment| moment.0),
            until: audience.until.map(|moment| moment.0),
        };
        let outline = qa::outline(&spoken, &embeddings, &hints);
        self.save(Stage::Segment, &self.folder.outline(), &key, &outline)?;
        Ok(outline)
    }

    /// What the second reader proposes, and the outline's key. Without its help that key is none that a later run knows,
    /// so that it is asked again.
    fn second_reader(&mut self, spoken: &[Utterance], key: &Digest) -> Result<(Vec<Proposed>, Digest), Error> {
        let Some(settings) = &self.settings.reader else { return Ok((Vec::new(), key.clone())) };
        if !settings.is_local() {
            self.warnings.push(format!(
                "The second reader {} is not on this computer: the transcript was sent there, without the speakers' names.",
                settings.shown()
            ));
        }
        match reader::propose(settings, spoken, self.world.progress, self.world.cancel) {
            Ok(proposed) => Ok((proposed, key.clone())),
            Err(error) if error.exit() == Exit::Interrupted => Err(self.fail(Stage::Segment)(Box::new(error))),
            Err(error) => {
                self.warnings.push(format!(
                    "The second reader {} gave nothing: {error}. Questions and answers were found without it; the next run \
                     asks it again.",
                    settings.shown()
                ));
                let alone = Key::of("outline", qa::VERSION).with("asked in vain", key.as_str()).digest();
                Ok((Vec::new(), alone))
            }
        }
    }

    fn draft(&mut self, material: &draft::Material, key: &Digest) -> Result<(), Error> {
        let stage = Stage::Draft;
        let previous: Option<Draft> =
            artefact::load(&self.folder.draft()).map_err(|e| self.fail(stage)(Box::new(e)))?;
        self.warnings.extend(material.opinion.warning().map(str::to_owned));
        let worked_on: Vec<EntryId> = self.edits.iter().filter_map(|edit| edit.entry.clone()).collect();
        let now = (self.world.now)();
        let inputs = draft::Inputs { worked_on: &worked_on, ..material.inputs(previous.as_ref(), now) };
        let mut random = || (self.world.random)();
        let drafted = draft::draft(&inputs, &mut random).map_err(|e| self.fail(stage)(Box::new(e)))?;
        self.save(stage, &self.folder.draft(), key, &drafted)
    }

    fn material(&self, transcript: Transcript, voices: Speakers, outline: Outline) -> draft::Material {
        draft::Material {
            head: edited::head(&self.folder, &self.facts, &self.settings.config.series.name, &transcript),
            opinion: draft::opinion(&transcript, &self.captions),
            provenance: edited::provenance(&transcript, &self.recording),
            transcript,
            speakers: voices,
            outline,
            roster: self.settings.roster.clone(),
            facts: self.facts.clone(),
            corrections: self.settings.glossary.corrections.clone(),
        }
    }

    /// The draft with people's edits, saved and returned.
    fn entries(&mut self, draft_key: &Digest) -> Result<Entries, Error> {
        let stage = Stage::Entries;
        let _lock = self.folder.lock_edits(&self.world.holder).map_err(|e| self.fail(stage)(Box::new(e)))?;
        // What people did meanwhile counts.
        let edits = journal::edits(&self.folder.edits()).map_err(|e| self.fail(stage)(Box::new(e)))?;
        let key = artefact::entries_key(draft::VERSION, draft_key, &edits);
        if !self.is_stale(stage, &self.folder.entries(), &key)? && !self.ran.contains(&Stage::Draft) {
            return self.load(stage, &self.folder.entries());
        }
        let (entries, warnings) =
            edited::settle(self.library, &self.folder).map_err(|e| self.fail(stage)(Box::new(e)))?;
        self.warnings.extend(warnings);
        self.ran.push(stage);
        Ok(entries)
    }

    /// One line in the episode's log. A log that can't be written stops nothing.
    fn log(&self, result: Result<(), &Error>) {
        #[derive(Serialize)]
        struct Line<'a> {
            time: jiff::Timestamp,
            ran: &'a [Stage],
            warnings: &'a [String],
            error: Option<String>,
        }
        if self.ran.is_empty() && result.is_ok() {
            return;
        }
        let error = result.err().map(ToString::to_string);
        let line = Line { time: (self.world.now)(), ran: &self.ran, warnings: &self.warnings, error };
        if let Ok(text) = serde_json::to_string(&line) {
            let _ = atomic::append_line(&self.folder.log(), &text);
        }
    }
}

/// What to tell when voices can't be told apart, for this reason.
fn voiceless(why: &str) -> String {
    format!("The voices could not be told apart, so that nobody is credited and all entries need review: {why}")
}

struct Keys {
    transcript: Digest,
    speakers: Digest,
    outline: Digest,
    draft: Digest,
}

/// Sentences as segmentation sees them.
#[must_use]
pub fn utterances(transcript: &Transcript, voices: &Speakers) -> Vec<Utterance> {
    let sentences = transcript.sentences.iter().enumerate();
    sentences
        .map(|(i, sentence)| {
            let voice = voices.speaker_of(i);
            Utterance {
                text: transcript.sentence_text(i),
                span: Some(sentence.span),
                speaker: voice.map(|v| v.id),
                role: voice.filter(|v| v.role_confidence >= SURE_ROLE).and_then(|v| v.role),
            }
        })
        .collect()
}
