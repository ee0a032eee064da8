/// The figures that stand for a whole evaluation, all over the images of *seen* classes: one optional
/// number for each ``HeadlineFigure``.
///
/// The figures that code mentions by name have a shorthand: `headline.macroRecall` is
/// `headline[.macroRecall]`. A figure needs none to be computed, stored and reported.
public struct HeadlineMetrics: Hashable, Sendable {
  /// Images counted: those of seen classes.
  public var images: Int
  /// Images of unseen classes, kept apart.
  public var unseenImages: Int
  private var values: [HeadlineFigure: Double] = [:]

  /// All figures undefined.
  public init(images: Int = 0, unseenImages: Int = 0) {
    (self.images, self.unseenImages) = (images, unseenImages)
  }

  /// The figures that follow from the counts of seen classes; the others (MCC, ECE, loss) are `nil`.
  ///
  /// Classes without images enter no figure; without any image all figures are `nil`.
  ///
  /// - Parameters:
  ///   - classes: the figures of seen classes.
  ///   - groups: the group of each, in the same order.
  public init(classes: [ClassMetrics], groups: [ShotGroup]) {
    self.init(images: classes.map(\.support).reduce(0, +))
    let present = zip(classes, groups).filter { $0.0.support > 0 }
    guard !present.isEmpty else { return }
    let counts = PresentClasses(classes: present.map { $0.0 }, groups: present.map { $0.1 })
    for figure in HeadlineFigure.allCases { self[figure] = figure.formula?(counts) }
  }

  /// The value of a figure; `nil` where it is undefined.
  public subscript(figure: HeadlineFigure) -> Double? {
    get { values[figure] }
    set { values[figure] = newValue }
  }
}

extension HeadlineMetrics {
  /// ``HeadlineFigure/macroRecall``.
  public var macroRecall: Double? {
    get { self[.macroRecall] }
    set { self[.macroRecall] = newValue }
  }

  /// ``HeadlineFigure/accuracy``.
  public var accuracy: Double? {
    get { self[.accuracy] }
    set { self[.accuracy] = newValue }
  }

  /// ``HeadlineFigure/macroF1``.
  public var macroF1: Double? {
    get { self[.macroF1] }
    set { self[.macroF1] = newValue }
  }

  /// ``HeadlineFigure/top5``.
  public var top5: Double? {
    get { self[.top5] }
    set { self[.top5] = newValue }
  }

  /// ``HeadlineFigure/macroTop5``.
  public var macroTop5: Double? {
    get { self[.macroTop5] }
    set { self[.macroTop5] = newValue }
  }

  /// ``HeadlineFigure/weightedF1``.
  public var weightedF1: Double? {
    get { self[.weightedF1] }
    set { self[.weightedF1] = newValue }
  }

  /// ``HeadlineFigure/gMean``.
  public var gMean: Double? {
    get { self[.gMean] }
    set { self[.gMean] = newValue }
  }

  /// ``HeadlineFigure/mcc``.
  public var mcc: Double? {
    get { self[.mcc] }
    set { self[.mcc] = newValue }
  }

  /// ``HeadlineFigure/worstRecall``.
  public var worstRecall: Double? {
    get { self[.worstRecall] }
    set { self[.worstRecall] = newValue }
  }

  /// ``HeadlineFigure/manyRecall``.
  public var manyRecall: Double? {
    get { self[.manyRecall] }
    set { self[.manyRecall] = newValue }
  }

  /// ``HeadlineFigure/mediumRecall``.
  public var mediumRecall: Double? {
    get { self[.mediumRecall] }
    set { self[.mediumRecall] = newValue }
  }

  /// ``HeadlineFigure/fewRecall``.
  public var fewRecall: Double? {
    get { self[.fewRecall] }
    set { self[.fewRecall] = newValue }
  }

  /// ``HeadlineFigure/ece``.
  public var ece: Double? {
    get { self[.ece] }
    set { self[.ece] = newValue }
  }

  /// ``HeadlineFigure/loss``.
  public var loss: Double? {
    get { self[.loss] }
    set { self[.loss] = newValue }
  }
}

extension HeadlineMetrics: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  /// Reads the figures under their record keys; absent ones are undefined.
  ///
  /// - Throws: `DecodingError` where a count is missing or a figure is no number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      images: try container.decode(Int.self, forKey: Key("images")),
      unseenImages: try container.decode(Int.self, forKey: Key("unseenImages")))
    for figure in HeadlineFigure.allCases {
      self[figure] = try container.decodeIfPresent(
        Double.self, forKey: Key(figure.stored.recordKey))
    }
  }

  /// Writes the counts and all defined figures under their record keys.
  ///
  /// - Throws: `EncodingError` for NaN and infinities, where the encoder refuses them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(images, forKey: Key("images"))
    try container.encode(unseenImages, forKey: Key("unseenImages"))
    for figure in HeadlineFigure.allCases {
      try container.encodeIfPresent(self[figure], forKey: Key(figure.stored.recordKey))
    }
  }
}
