fn main() {
    closare_plugin_models::include("tts", "piper-en-us-joe-medium", &["voice.onnx", "voice.json"]);
}
