import Tensors

extension ImageClassifier {
  /// The layers that a configuration asks for.
  ///
  /// Images go through a ResNet and the mean over their pixels. A text's encoding is put beside
  /// that mean, or takes its place. Beside images, a text's encoder lies above the trunk: a trunk
  /// that is frozen holds no text still.
  struct Parts {
    var trunk: [any Layer]
    var head: [any Layer]
    var textBeside: TextBesideLayer?
    /// Words of an input that is text alone.
    var words: Int?

    init(_ configuration: ModelConfiguration, classes: Int, divisor: Int, vocabulary: Int) {
      var encoder: TextEncoderLayer?
      if let text = configuration.text, text.variant != .fallback {
        precondition(vocabulary > 0, "a network that reads texts needs a vocabulary")
        encoder = TextEncoderLayer("text", text, vocabulary: vocabulary)
      }
      if let text = configuration.text, text.variant == .text, let encoder {
        trunk = [encoder]
        head = ResNet.head(
          configuration, features: encoder.outputs, classes: classes, prefix: "text.")
        words = text.maxLength
        return
      }
      let network = ResNet(configuration, divisor: divisor)
      trunk = network.trunk
      guard let text = configuration.text, let encoder else {
        head =
          [GlobalAveragePoolLayer()]
          + ResNet.head(configuration, features: network.features, classes: classes)
        return
      }
      let beside = TextBesideLayer(encoder, words: text.maxLength)
      textBeside = beside
      head =
        [GlobalAveragePoolLayer(), beside]
        + ResNet.head(
          configuration, features: network.features + encoder.outputs, classes: classes)
    }
  }
}
