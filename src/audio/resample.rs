//! Frames of any format into mono at [`SAMPLE_RATE`], by FFmpeg's own resampler.
//!
//! Channels are averaged so that nothing clips: FFmpeg's command line does the same on its way to 16-bit samples,
//! where plain conversion to floating point would add 3 dB for stereo and more for 5.1. What comes out equals that
//! command's output within the rounding to 16 bits.

use crate::model::SAMPLE_RATE;
use ffmpeg_next::software::resampling::Context;
use ffmpeg_next::util::format::sample::{Sample, Type};
use ffmpeg_next::{ChannelLayout, Dictionary, frame};

/// Room in an output frame beyond what the arithmetic asks for; the resampler keeps what doesn't fit, so this is no
/// matter of correctness.
const ROOM: usize = 256;

/// A frame that the resampler can't take: no rate, no channels, or channels in an order that it can't mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unmixable {
    pub(super) channels: u16,
    pub(super) rate: u32,
}

/// What decides whether two frames go through the same filter.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    format: Sample,
    layout: ChannelLayout,
    channels: u16,
    rate: u32,
}

/// A resampler that is rebuilt whenever the sound's format changes, without losing what it still holds.
#[derive(Default)]
pub(super) struct Resampler {
    filter: Option<(Shape, Context)>,
}

impl Resampler {
    /// Output samples that are still inside.
    pub(super) fn inside(&self) -> u64 {
        let delay = self.filter.as_ref().and_then(|(_, filter)| filter.delay());
        delay.and_then(|d| u64::try_from(d.output).ok()).unwrap_or(0)
    }

    /// Puts `frame` through; appends what comes out to `out`.
    pub(super) fn push(&mut self, frame: &mut frame::Audio, out: &mut Vec<f32>) -> Result<(), Unmixable> {
        let shape = label(frame)?;
        if self.filter.as_ref().is_none_or(|(old, _)| *old != shape) {
            self.drain(out);
            self.filter = Some((shape, build(shape)?));
        }
        let Some((_, filter)) = &mut self.filter else { return Ok(()) };
        let inside = filter.delay().and_then(|d| usize::try_from(d.output).ok()).unwrap_or(0);
        // A fresh frame each time, large enough: the wrapper would size an empty one by the input's count and leave
        // half of upsampled sound inside, and would keep the last count of a used one.
        let fits = frame.samples().saturating_mul(SAMPLE_RATE as usize) / shape.rate.max(1) as usize;
        let mut output = blank(inside + fits + ROOM);
        filter.run(frame, &mut output).map_err(|_| shape.unmixable())?;
        collect(&output, out);
        Ok(())
    }

    /// Takes out what is still inside, and ends the filter: the next frame starts a new one.
    pub(super) fn drain(&mut self, out: &mut Vec<f32>) {
        let Some((_, mut filter)) = self.filter.take() else { return };
        loop {
            let mut output = blank(SAMPLE_RATE as usize);
            if filter.flush(&mut output).is_err() || output.samples() == 0 {
                return;
            }
            collect(&output, out);
        }
    }
}

impl Shape {
    fn unmixable(self) -> Unmixable {
        Unmixable { channels: self.channels, rate: self.rate }
    }
}

/// Gives a frame without (or with a false) channel layout the usual one for its number of channels: mono WAV files
/// have none, and the resampler refuses those.
fn label(frame: &mut frame::Audio) -> Result<Shape, Unmixable> {
    let (channels, rate, format) = (frame.channels(), frame.rate(), frame.format());
    let mut layout = frame.channel_layout();
    if layout.is_empty() || layout.channels() != i32::from(channels) {
        layout = ChannelLayout::default(i32::from(channels));
        frame.set_channel_layout(layout);
    }
    let shape = Shape { format, layout, channels, rate };
    if channels == 0 || rate == 0 || rate > i32::MAX as u32 || layout.is_empty() || format == Sample::None {
        return Err(shape.unmixable());
    }
    Ok(shape)
}

fn build(shape: Shape) -> Result<Context, Unmixable> {
    let mut options = Dictionary::new();
    options.set("rematrix_maxval", "1.0");
    let (format, layout) = (Sample::F32(Type::Packed), ChannelLayout::MONO);
    Context::get_with(shape.format, shape.layout, shape.rate, format, layout, SAMPLE_RATE, options)
        .map_err(|_| shape.unmixable())
}

fn blank(samples: usize) -> frame::Audio {
    let mut frame = frame::Audio::new(Sample::F32(Type::Packed), samples, ChannelLayout::MONO);
    frame.set_rate(SAMPLE_RATE);
    frame
}

/// Appends a mono frame. Floating-point recordings may hold more than full scale or no number at all: both are cut.
fn collect(frame: &frame::Audio, out: &mut Vec<f32>) {
    if frame.samples() == 0 || frame.planes() == 0 {
        return;
    }
    out.extend(frame.plane::<f32>(0).iter().map(|&s| if s.is_nan() { 0.0 } else { s.clamp(-1.0, 1.0) }));
}
