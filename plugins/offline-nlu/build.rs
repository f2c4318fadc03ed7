fn main() {
    closare_plugin_models::include("nlu", "minilm-l6-v2-int8", &["model.onnx", "vocab.txt"]);
}
