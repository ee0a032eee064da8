import Images
import Kernels
import Networks
import Recipes

/// Reads `image`.
struct ImageReader {
  let section: SectionReader

  func read() -> ImageConfiguration? {
    func side(_ key: String) -> Int? {
      section.integer(key, expected: "a whole number from 8 to 1024") { (8...1024).contains($0) }
    }
    let size = side("size")
    let height = side("height")
    let width = side("width")
    if section.node("size") != nil {
      for key in ["height", "width"] where section.node(key) != nil {
        section.add(key, "excludes 'size'", hint: "give size, or height and width")
      }
    } else if section.node("height") == nil, section.node("width") == nil {
      section.addMissing("size", example: "64")
    } else {
      for key in ["height", "width"] where section.node(key) == nil {
        section.addMissing(key, example: "64")
      }
    }
    let mean = channels("mean", expected: "numbers") { _ in true }
    let deviation = channels("standard_deviation", expected: "numbers above 0") { $0 > 0 }
    let usual = DecodingOptions()
    let decoding = DecodingOptions(
      orientation: section.choice("orientation", default: usual.orientation),
      scale: section.choice("decode", default: usual.scale), pixelLimit: pixelLimit())
    guard let height = size ?? height, let width = size ?? width else { return nil }
    var image = ImageConfiguration(height: height, width: width)
    if let mean { image.mean = mean }
    if let deviation { image.standardDeviation = deviation }
    image.decoding = decoding
    return image
  }

  /// The most pixels of a picture; `nil` where it is the usual number, so that an experiment that
  /// says so is the same as one that does not.
  private func pixelLimit() -> Int? {
    let limit = section.integer(
      "pixel_limit", expected: "a whole number from 1000 to 4000000000"
    ) { (1_000...4_000_000_000).contains($0) }
    return limit == DecodingLimits.standard.pixels ? nil : limit
  }

  private func channels(
    _ key: String, expected: String, where isValid: (Double) -> Bool
  ) -> [Float]? {
    guard let node = section.node(key) else { return nil }
    guard let elements = node.elements, elements.count == 3 else {
      section.addWrong(
        node, key, expected: "a list of three \(expected)",
        hint: "one a channel; repeat the value for grayscale images")
      return nil
    }
    let values = elements.compactMap {
      section.number($0, key, expected: "three \(expected)", where: isValid)
    }
    return values.count == 3 ? values.map(Float.init) : nil
  }
}

/// Reads `model`.
struct ModelReader {
  let section: SectionReader
  let weights: WeightReader

  func read() -> ModelConfiguration {
    let usual = ModelConfiguration()
    let architecture = section.choice("architecture", default: usual.architecture)
    let isSmall = [.cifarResnet20, .cifarResnet32].contains(architecture)
    let stem = section.choice("stem", default: isSmall ? .small : usual.stem)
    if isSmall, stem != .small {
      section.add(
        "stem", "\(architecture.rawValue) always has the small stem", hint: "leave 'stem' out")
    }
    let convolution = section.choice(
      "convolution", default: usual.convolution,
      among: [
        ("fastest", .fastest), ("exact", .exact), ("reference", .reference),
        // Its older name, and as the store and `enginebench` spell that.
        ("without_winograd", .exact), ("withoutWinograd", .exact),
      ])
    let head = section.section("head", .head)
    let expected = "whole numbers from 1 to 65536"
    let hidden = head.list("hidden", of: expected) { node in
      head.integer(node, "hidden", expected: expected) { (1...65_536).contains($0) }
    }
    let dropout = head.number(
      "dropout", default: usual.dropout, expected: "a share from 0 to below 1"
    ) {
      $0 >= 0 && $0 < 1
    }
    var model = ModelConfiguration(
      architecture: architecture, stem: stem, hidden: hidden ?? usual.hidden, dropout: dropout,
      convolution: convolution, cosineScale: cosineScale(head))
    model.weights = weights.read(section, for: model)
    readFreezing(into: &model)
    model.text = text()
    return model
  }

  private func readFreezing(into model: inout ModelConfiguration) {
    let last = model.architecture.lastPart
    if section.node("freeze") != nil { model.freeze = section.choice("freeze", default: last) }
    if let part = model.freeze, !model.architecture.parts.contains(part) {
      section.add(
        "freeze", "\(model.architecture.rawValue) has no \(part.rawValue)",
        hint: "its last part is \(last.rawValue)")
      model.freeze = last
    }
    model.cachedViews = section.integer(
      "cached_views", expected: "a whole number from 1 to 1000"
    ) { (1...1000).contains($0) }
    model.cacheLimit = section.number(
      "cache_limit", expected: "gigabytes from 0 to 1000000"
    ) { $0 >= 0 && $0 <= 1_000_000 }
    for key in ["cached_views", "cache_limit"] where section.node(key) != nil {
      guard section.node("freeze") == nil else { continue }
      section.problems.add(
        section.place(of: key), "\(section.path(key)) has no meaning where nothing is frozen",
        hint: "it belongs to 'freeze'")
    }
  }

  /// `kind: cosine` with its scale; `nil` for a linear classifier.
  private func cosineScale(_ head: SectionReader) -> Double? {
    enum Kind: String, CaseIterable { case linear, cosine }
    let kind = head.choice("kind", default: Kind.linear)
    let scale = head.number("scale", default: 16, expected: "a number above 0, to 1000") {
      $0 > 0 && $0 <= 1000
    }
    guard kind == .cosine else {
      if head.node("scale") != nil {
        head.add("scale", "is for a cosine classifier", hint: "add kind: cosine, or leave it out")
      }
      return nil
    }
    return scale
  }

  /// How texts are read; `nil` where they are not. What is said of texts that nobody reads is
  /// checked all the same: a strategy may override the variant alone.
  private func text() -> TextConfiguration? {
    typealias Variant = TextConfiguration.Variant
    let section = section.section("text", .text)
    let usual = TextConfiguration(variant: .text)
    let variant = section.choice(
      "variant", default: Variant?.none,
      among: [("none", nil)] + Variant.allCases.map { ($0.rawValue, $0) })
    func count(_ key: String, _ usual: Int, upTo limit: Int) -> Int {
      section.integer(key, default: usual, expected: "a whole number from 1 to \(limit)") {
        (1...limit).contains($0)
      }
    }
    let read = TextConfiguration(
      variant: variant ?? .text, minCount: count("min_count", usual.minCount, upTo: 1_000_000),
      maxLength: count("max_length", usual.maxLength, upTo: 512),
      embedding: count("embedding", usual.embedding, upTo: 4096),
      hidden: count("hidden", usual.hidden, upTo: 4096),
      cell: section.choice("cell", default: usual.cell),
      bidirectional: section.boolean("bidirectional", default: usual.bidirectional),
      masksClassWords: section.boolean("mask_class_words", default: usual.masksClassWords))
    return variant == nil ? nil : read
  }
}
