fn main() {
    let files = ["encoder_model.onnx", "decoder_model_merged.onnx", "tokenizer.bin", "beckett.wav"];
    closare_plugin_models::include("stt", "moonshine-tiny-en-int8", &files);
}
