use crate::sine;
use closare_media::recorder::{Marks, StereoMixer, wav_header};
use closare_media::{dominant_frequency, wav};
use closare_terms::Millis;

#[test]
fn both_sides_are_in_time_after_an_hour() {
    let mut mixer = StereoMixer::new(8000, Millis(500));
    let mut written = 0;
    let mut marked = 0;
    for tick in 0..180_000u64 {
        // Ticks come up to 3 ms off, and the call is on hold from minute 10 to 20.
        if (30_000..60_000).contains(&tick) {
            continue;
        }
        let at = Millis(500 + tick * 20 + tick % 4);
        let caller = [if tick == 179_999 { 77 } else { 0 }; 160];
        let out = mixer.place(at, &caller, &[0; 160]);
        marked = out.iter().position(|sample| *sample == 77).map_or(marked, |place| written + place);
        written += out.len();
    }
    let off_ms = (marked as f64 / 2.0 / 8.0) - 179_999.0 * 20.0;
    assert!(off_ms.abs() <= 20.0, "{off_ms}");
    assert_eq!(mixer.data_bytes() as usize, written * 2);
}

#[test]
fn caller_is_left_agent_right_and_gaps_are_silence() {
    let mut mixer = StereoMixer::new(8000, Millis(0));
    assert_eq!(mixer.place(Millis(0), &[1, 2], &[9]), [1, 9, 2, 0]);
    let after_gap = mixer.place(Millis(100), &[3], &[8]).to_vec();
    assert_eq!(after_gap.len(), 2 * (800 - 2 + 1));
    assert!(after_gap[..1596].iter().all(|sample| *sample == 0));
    assert_eq!(after_gap[1596..], [3, 8]);
}

#[test]
fn time_that_goes_back_is_not_recorded_twice() {
    let mut mixer = StereoMixer::new(8000, Millis(0));
    mixer.place(Millis(0), &[5; 8000], &[5; 8000]);
    assert_eq!(mixer.place(Millis(500), &[6; 160], &[6; 160]), []);
}

#[test]
fn a_recording_reads_back_and_says_what_made_it() {
    let marks = Marks::ai_on_channel_2("Closare 0.1.0");
    let mut mixer = StereoMixer::new(8000, Millis(0));
    let (caller, agent) = (sine(8000, 400.0, 1000, 9000.0), sine(8000, 900.0, 1000, 9000.0));
    let body: Vec<u8> =
        mixer.place(Millis(0), &caller, &agent).iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let begun = wav_header(8000, 2, 0, &marks);
    let done = wav_header(8000, 2, mixer.data_bytes(), &marks);
    assert_eq!(begun.len(), done.len());
    assert_eq!(done.len() % 2, 0);

    let file = [done, body].concat();
    assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize, file.len() - 8);
    let text = String::from_utf8_lossy(&file[..900]);
    assert!(text.contains("ISFT") && text.contains("Closare 0.1.0"));
    assert!(text.contains("ICMT") && text.contains("AI-generated speech on channel 2"));

    let mut reader = hound::WavReader::new(file.as_slice()).unwrap();
    assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 8000));
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    let channel = |first: usize| samples.iter().copied().skip(first).step_by(2).collect::<Vec<i16>>();
    assert!((dominant_frequency(&channel(0), 8000) - 400.0).abs() < 2.0);
    assert!((dominant_frequency(&channel(1), 8000) - 900.0).abs() < 2.0);
}

#[test]
fn wav_files_read_as_they_were_written() {
    let samples = sine(22_050, 440.0, 100, 30_000.0);
    let file = wav::write(22_050, &samples);
    assert_eq!(wav::read(&file).unwrap(), (22_050, samples));
    assert!(wav::read(&file[..20]).is_err() && wav::read(b"").is_err());
}

#[test]
fn other_wav_formats_come_out_as_16_bit_mono() {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    for sample in [0x10_0000, 0x20_0000, -0x10_0000, -0x10_0000] {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    assert_eq!(wav::read(file.get_ref()).unwrap(), (48_000, vec![0x1800, -0x1000]));
}
