use closare_media::Concealer;

#[test]
fn a_lost_frame_is_the_last_one_fading_over_60_ms() {
    let mut concealer = Concealer::new(160);
    concealer.note(&[9000; 160]);
    let mut heard = Vec::new();
    let mut frame = Vec::new();
    for _ in 0..4 {
        concealer.conceal_into(&mut frame);
        assert_eq!(frame.len(), 160);
        heard.extend_from_slice(&frame);
    }
    assert_eq!((heard[0], heard[160], heard[320]), (9000, 6000, 3000));
    assert!(heard.is_sorted_by(|one, next| one >= next));
    assert!(heard[480..].iter().all(|sample| *sample == 0));
}

#[test]
fn nothing_is_repeated_before_anything_was_heard() {
    let mut frame = Vec::new();
    Concealer::new(320).conceal_into(&mut frame);
    assert_eq!(frame, [0; 320]);
}
