/// What a run says about new images: what `poise predict` prints.
public struct PredictionSheet: Sendable {
  /// One image.
  public struct Image: Sendable {
    /// As it was given on the command line.
    public var path: String
    /// The likeliest classes, best first; empty where the image could not be read.
    public var best: [(name: String, probability: Double)]
    /// One a class, for whoever wants to compare.
    public var logits: [Double]
    /// Why the image could not be read.
    public var problem: String?

    /// An image with its classes, or with a problem.
    public init(
      path: String, best: [(name: String, probability: Double)] = [], logits: [Double] = [],
      problem: String? = nil
    ) {
      (self.path, self.best, self.logits, self.problem) = (path, best, logits, problem)
    }
  }

  /// The run's number in its store.
  public var run: Int64
  /// The run's name.
  public var name: String
  /// In the order of the logits.
  public var classes: [String]
  /// In the order in which they were given.
  public var images: [Image]

  /// A sheet of images that one run classified.
  public init(run: Int64, name: String, classes: [String], images: [Image]) {
    (self.run, self.name, self.classes, self.images) = (run, name, classes, images)
  }

  /// For people: an image's path, then its classes with their probabilities in percent.
  public func text() -> String {
    images.map { image in
      let lines = image.best.map { name, probability in
        let percent = Figures.fixed(100 * probability, 1)
        return String(repeating: " ", count: max(0, 7 - percent.count)) + percent + " %  "
          + printable(name)
      }
      let problem = image.problem.map { ["  " + printable($0)] } ?? []
      return ([printable(image.path)] + lines + problem)
        .joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// For programs.
  public func json() -> String {
    let listed = images.map { image -> JSONText in
      if let problem = image.problem {
        return .object([("path", .text(image.path)), ("problem", .text(problem))])
      }
      let best = image.best.map { name, probability in
        JSONText.object([("class", .text(name)), ("probability", .number(probability))])
      }
      return .object([
        ("path", .text(image.path)), ("best", .array(best)),
        ("logits", .array(image.logits.map { .number($0) })),
      ])
    }
    return JSONText.object([
      ("run", .integer(Int(run))), ("name", .text(name)),
      ("classes", .array(classes.map { .text($0) })), ("images", .array(listed)),
    ]).rendered()
  }
}
