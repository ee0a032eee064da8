/// What a model takes one image for: the least that is kept of every test image.
public struct Guess: Hashable, Sendable, Codable {
  /// The most probable class, ties to the lower index; `nil` where a logit was no finite number.
  public var classIndex: Int?
  /// Its probability; `nil` where there is no class.
  public var confidence: Float?

  /// A guess, or none.
  public init(classIndex: Int? = nil, confidence: Float? = nil) {
    (self.classIndex, self.confidence) = (classIndex, confidence)
  }
}
