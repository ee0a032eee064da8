extension PixelTransform {
  /// Every name a file can use, in the order of the documentation.
  public static let names = [
    "horizontal_flip", "vertical_flip", "shift", "pad_crop", "resized_crop", "rotation", "scale",
    "color_jitter", "blur", "erasing",
  ]

  /// The parameters of the transform with the given name; `nil` when there is none.
  public static func parameters(of name: String) -> [TransformParameter]? { table[name] }

  private static let table: [String: [TransformParameter]] = [
    "horizontal_flip": [.init("probability", 0.5, 0...1, "how often images are mirrored")],
    "vertical_flip": [.init("probability", 0.5, 0...1, "how often images are turned upside down")],
    "shift": [.init("amount", 0.1, 0...1, "largest move, as a share of height and width")],
    "pad_crop": [.init("padding", 0.125, 0...1, "black border, as a share of height and width")],
    "resized_crop": [
      .init("min_scale", 0.25, 0.001...1, "smallest part, as a share of the area"),
      .init("max_scale", 1, 0.001...1, "largest part, as a share of the area"),
      .init("min_ratio", 0.75, 0.05...20, "narrowest part, width / height relative to the image"),
      .init("max_ratio", 4 / 3, 0.05...20, "widest part, width / height relative to the image"),
    ],
    "rotation": [.init("degrees", 15, 0...180, "largest turn to either side, in degrees")],
    "scale": [
      .init("minimum", 0.9, 0.05...20, "smallest zoom factor"),
      .init("maximum", 1.1, 0.05...20, "largest zoom factor"),
    ],
    "color_jitter": [
      .init("brightness", 0.2, 0...10, "brightness is multiplied by 1 ± this"),
      .init("contrast", 0.2, 0...10, "contrast is multiplied by 1 ± this"),
      .init("saturation", 0.2, 0...10, "saturation is multiplied by 1 ± this"),
      .init("hue", 0, 0...0.5, "hue is turned by ± this share of the circle"),
    ],
    "blur": [
      .init("probability", 0.5, 0...1, "how often images are blurred"),
      .init("min_sigma", 0.1, 0...50, "smallest standard deviation, in pixels"),
      .init("max_sigma", 1, 0...50, "largest standard deviation, in pixels"),
    ],
    "erasing": [
      .init("probability", 0.5, 0...1, "how often a rectangle is erased"),
      .init("min_area", 0.02, 0...1, "smallest rectangle, as a share of the area"),
      .init("max_area", 0.33, 0...1, "largest rectangle, as a share of the area"),
      .init("value", 0, 0...1, "what it is filled with, 0 black to 1 white"),
    ],
  ]

  /// The name a file uses.
  public var name: String { form.name }

  /// The parameters by their keys.
  public var values: [String: Double] {
    let keys = Self.table[form.name]!.map(\.key)
    return Dictionary(uniqueKeysWithValues: zip(keys, form.values))
  }

  /// The transform of the given name; parameters that `values` does not name have their defaults.
  ///
  /// - Throws: where the name or a key is unknown, and as ``validate()``.
  public init(name: String, values: [String: Double] = [:]) throws(InvalidTransform) {
    guard let parameters = Self.table[name] else {
      throw InvalidTransform(
        transform: name, key: nil, received: "an unknown name",
        expected: "one of \(Self.names.joined(separator: ", "))")
    }
    let keys = parameters.map(\.key)
    if let unknown = values.keys.sorted().first(where: { !keys.contains($0) }) {
      throw InvalidTransform(
        transform: name, key: unknown, received: "an unknown key",
        expected: "one of \(keys.joined(separator: ", "))")
    }
    self.init(name, parameters.map { values[$0.key] ?? $0.default })
    try validate()
  }

  /// Checks that every number is in its range and every pair in order.
  ///
  /// - Throws: with the parameter at fault, what was received and what is expected.
  public func validate() throws(InvalidTransform) {
    let (name, values) = form
    let parameters = Self.table[name]!
    for (parameter, value) in zip(parameters, values) where !parameter.range.contains(value) {
      let range = parameter.range
      throw InvalidTransform(
        transform: name, key: parameter.key, received: "\(value)",
        expected:
          "a number from \(range.lowerBound) to \(range.upperBound) (\(parameter.meaning))")
    }
    let pairs: [String: [(Int, Int)]] = [
      "resized_crop": [(0, 1), (2, 3)], "scale": [(0, 1)], "blur": [(1, 2)], "erasing": [(1, 2)],
    ]
    for (low, high) in pairs[name] ?? [] where values[low] > values[high] {
      throw InvalidTransform(
        transform: name, key: parameters[low].key, received: "\(values[low])",
        expected: "no more than \(parameters[high].key), which is \(values[high])")
    }
  }

  /// The name, and the numbers in the order of the table.
  private var form: (name: String, values: [Double]) {
    switch self {
    case .horizontalFlip(let probability): ("horizontal_flip", [probability])
    case .verticalFlip(let probability): ("vertical_flip", [probability])
    case .shift(let amount): ("shift", [amount])
    case .padCrop(let padding): ("pad_crop", [padding])
    case .resizedCrop(let minScale, let maxScale, let minRatio, let maxRatio):
      ("resized_crop", [minScale, maxScale, minRatio, maxRatio])
    case .rotation(let degrees): ("rotation", [degrees])
    case .scale(let minimum, let maximum): ("scale", [minimum, maximum])
    case .colorJitter(let brightness, let contrast, let saturation, let hue):
      ("color_jitter", [brightness, contrast, saturation, hue])
    case .blur(let probability, let minSigma, let maxSigma):
      ("blur", [probability, minSigma, maxSigma])
    case .erasing(let probability, let minArea, let maxArea, let value):
      ("erasing", [probability, minArea, maxArea, Double(value)])
    }
  }

  /// From a name and numbers of the table.
  private init(_ name: String, _ n: [Double]) {
    switch name {
    case "horizontal_flip": self = .horizontalFlip(probability: n[0])
    case "vertical_flip": self = .verticalFlip(probability: n[0])
    case "shift": self = .shift(amount: n[0])
    case "pad_crop": self = .padCrop(padding: n[0])
    case "resized_crop":
      self = .resizedCrop(minScale: n[0], maxScale: n[1], minRatio: n[2], maxRatio: n[3])
    case "rotation": self = .rotation(degrees: n[0])
    case "scale": self = .scale(minimum: n[0], maximum: n[1])
    case "color_jitter":
      self = .colorJitter(brightness: n[0], contrast: n[1], saturation: n[2], hue: n[3])
    case "blur": self = .blur(probability: n[0], minSigma: n[1], maxSigma: n[2])
    case "erasing":
      self = .erasing(probability: n[0], minArea: n[1], maxArea: n[2], value: Float(n[3]))
    default: preconditionFailure("a transform named \(name) is in the table and nowhere else")
    }
  }
}
