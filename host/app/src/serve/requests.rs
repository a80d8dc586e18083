//! Requests of the server, each with its answer.

use super::Owner;
use crate::pipeline::hosted::Hosted;
use ripieno_web::{Refusal, Reply, Request};
use std::fmt::Display;

/// Answers; whoever asked may have gone, which is no fault.
fn answer<T>(reply: Reply<T>, answer: Result<T, Refusal>) {
    let _ = reply.send(answer);
}

impl Owner {
    /// Obeys a request. What takes its time is begun here and answered later.
    pub(super) fn request(&mut self, request: Request) {
        match request {
            Request::Subscribe(reply) => answer(reply, Ok(self.publisher.subscribe())),
            Request::State(reply) => answer(reply, Ok(self.publisher.text())),
            Request::Stamp(reply) => answer(reply, Ok(self.publisher.stamp())),

            Request::Panels(reply) => answer(reply, Ok(self.studio.model().served_panels())),
            Request::CreatePanel(new, reply) => answer(reply, self.create_panel(&new)),
            Request::ChangePanel(id, change, reply) => answer(reply, self.change_panel(&id, &change)),
            Request::DeletePanel(id, reply) => answer(reply, self.delete_panel(&id)),
            Request::ActivatePanel(id, on, reply) => {
                self.deeds.chosen();
                answer(reply, self.activate_panel(&id, on));
            }
            Request::Reconcile { fix_titles, reply } => answer(reply, self.reconcile(fix_titles)),

            Request::Presets(kind, reply) => answer(reply, Ok(self.presets(kind))),
            Request::CreatePreset(kind, name, reply) => answer(reply, self.create_preset(kind, &name)),
            Request::RenamePreset(kind, preset, name, reply) => answer(reply, self.rename_preset(kind, &preset, &name)),
            Request::DeletePreset(kind, preset, reply) => answer(reply, self.delete_preset(kind, &preset)),
            Request::ChangeEntry(kind, preset, at, change, reply) => {
                answer(reply, self.change_entry(kind, &preset, &at, &change));
            }
            Request::ClearEntry(kind, preset, at, reply) => answer(reply, self.clear_entry(kind, &preset, &at)),
            Request::SwapEntries(kind, preset, one, other, reply) => {
                answer(reply, self.swap_entries(kind, &preset, &one, &other));
            }

            Request::Press { note, velocity, reply } => answer(reply, self.press(note, velocity)),
            Request::Release { note, reply } => answer(reply, self.release(note)),
            Request::Turn { cc, value, reply } => answer(reply, self.turn(cc, value)),
            Request::Key { note, velocity, bank, reply } => answer(reply, self.key(note, velocity, bank.as_deref())),
            Request::Panic(reply) => {
                self.silence();
                answer(reply, Ok(()));
            }

            Request::MidiStatus(reply) => answer(reply, Ok(self.midi_status())),
            Request::MidiReconnect(reply) => self.look_for_ports(reply),
            Request::Learn(reply) => answer(reply, Ok(self.learn.told())),
            Request::ChangeLearn(change, reply) => answer(reply, self.change_learn(change)),
            Request::StopLearn(reply) => answer(reply, Ok(self.stop_learn())),
            Request::Uses(at, reply) => answer(reply, self.studio.model().uses(&at).map_err(super::owner::refusal)),
            Request::Unlearn(kind, preset, at, reply) => answer(reply, self.unlearn(kind, &preset, &at)),
            Request::Actions(reply) => answer(reply, Ok(self.catalogue())),
            Request::Layouts(reply) => answer(reply, Ok(crate::studio::layouts_json(self.studio.model()))),

            Request::Controllers(reply) => self.look_for_controllers(reply),
            Request::MidiRecent(reply) => answer(reply, Ok(self.recent_midi())),

            Request::Instruments(reply) => self.look_for_instruments(reply),
            Request::Instrument(name, reply) => self.choose_instrument(&name, |chosen| answer(reply, chosen)),
            Request::Effects(reply) => answer(reply, Ok(self.effects())),
            Request::EffectUnits(reply) => answer(reply, Ok(super::units::units(&self.effects))),
            Request::ChangeEffects(changes, reply) => answer(reply, self.change_effects(&changes)),
            Request::AudioDevices(reply) => self.look_for_devices(reply),
            Request::ChangeAudio(settings, reply) => self.change_audio(settings, reply),

            Request::Settings(reply) => answer(reply, Ok(self.settings())),
            Request::ChangeSetting(key, value, reply) => answer(reply, self.change_setting(&key, value)),
            Request::Profiles(reply) => answer(reply, Ok(self.profiles())),
            Request::LoadProfile(name, reply) => answer(reply, self.load_profile(&name)),
            Request::SaveProfile(name, reply) => answer(reply, self.save_profile(&name)),
            Request::History(reply) => answer(reply, Ok(self.history())),
            Request::Undo(reply) => answer(reply, self.undo()),
            Request::Redo(reply) => answer(reply, self.redo()),

            Request::Recordings(reply) => self.list_recordings(reply),
            Request::Upload(name, reply) => self.begin_upload(&name, reply),
            Request::DeleteRecording(id, reply) => self.delete_recording(&id, reply),
            Request::Peaks { recording, stem, buckets, reply } => {
                self.outline(&recording, stem.as_deref(), buckets, reply);
            }
            Request::Ticket(id, wish, reply) => answer(reply, self.ticket(&id, &wish)),
            Request::Models(reply) => self.list_models(reply),
            Request::PlanSeparation(wish, reply) => self.plan_separation(*wish, reply),

            Request::Operations(reply) => answer(reply, Ok(self.operations.all().cloned().collect())),
            Request::Operation(id, reply) => answer(reply, self.operations.one(&id)),
            Request::StartOperation(new, reply) => answer(reply, self.start_operation(&new)),
            Request::CancelOperation(id, reply) => answer(reply, self.cancel_operation(&id)),
            Request::Telemetry(reply) => answer(reply, Ok(self.report())),
            Request::Log(reply) => answer(reply, Ok(self.log.lines())),
            Request::Pipeline(reply) => answer(reply, self.pipeline().map(Hosted::status)),
            Request::PipelinePicture(reply) => answer(reply, self.pipeline().map(Hosted::picture)),
            Request::PipelineTasks(reply) => answer(reply, self.pipeline().map(Hosted::tasks)),
            Request::ChangeTask(task, change, reply) => answer(reply, self.change_task(&task, change)),
            Request::SignalEvent(event, reply) => answer(reply, self.signal_event(&event)),
            Request::Tap { stream, rows, reply } => self.with_pipeline(reply, move |it| it.tap(&stream, rows)),
            Request::PipelineSource(reply) => self.with_pipeline(reply, Hosted::source),
            Request::ReloadPipeline(reply) => self.reload_pipeline(reply),
            Request::Pipelines(reply) => self.look_for_pipelines(reply),
            other => self.warn("server", format!("a request that is not understood: {}", Name(&other))),
        }
    }
}

/// A request's name, without what it carries.
struct Name<'a>(&'a Request);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:?}", self.0);
        f.write_str(text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
    }
}
