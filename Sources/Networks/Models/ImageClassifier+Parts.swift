import Tensors

extension ImageClassifier {
  /// The layers that a configuration asks for.
  ///
  /// Images go through a ResNet and the mean over their pixels. A text's encoding is put beside
  /// that mean, or takes its place. Beside images, a text's encoder lies above the trunk: a trunk
  /// that is frozen has no part in reading texts.
  struct Parts {
    let trunk: [any Layer]
    let head: [any Layer]
    /// Words of an input that is text alone; nil where images are read.
    let words: Int?

    /// - Precondition: where texts are read, `vocabulary` is above 0.
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
      (trunk, words) = (network.trunk, nil)
      guard let text = configuration.text, let encoder else {
        head =
          [GlobalAveragePoolLayer()]
          + ResNet.head(configuration, features: network.features, classes: classes)
        return
      }
      head =
        [GlobalAveragePoolLayer(), TextBesideLayer(encoder, words: text.maxLength)]
        + ResNet.head(
          configuration, features: network.features + encoder.outputs, classes: classes)
    }

    /// Trunk, then head.
    var layers: [any Layer] { trunk + head }

    /// How many layers, from the input on, belong to each part that may be frozen. Pooling belongs
    /// to the trunk's last part.
    var ends: [FrozenPart: Int] {
      var ends = [FrozenPart.stem: 1]
      for part in FrozenPart.allCases where part != .stem {
        guard let last = trunk.lastIndex(where: { $0.path.hasPrefix(part.rawValue + ".") }) else {
          continue
        }
        ends[part] = last == trunk.count - 1 ? trunk.count + 1 : last + 1
      }
      return ends
    }
  }
}
