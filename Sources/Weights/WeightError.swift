/// A file of weights that cannot be read, or does not say what it should.
public struct WeightError: Error, CustomStringConvertible, Hashable, Sendable {
  /// The file.
  public var path: String
  /// What was found and what was expected.
  public var reason: String
  /// What to do; may be empty.
  public var advice: String

  /// An error with all its parts.
  public init(_ path: String, reason: String, advice: String = "") {
    (self.path, self.reason, self.advice) = (path, reason, advice)
  }

  public var description: String {
    let sentence = "cannot use the weights in '\(path)': \(reason)"
    return advice.isEmpty ? sentence : "\(sentence); \(advice)"
  }
}

/// What is wrong with a file's bytes, before anybody says which file it is.
struct WeightFault: Error {
  var reason: String
  var advice: String

  init(_ reason: String, advice: String = "the file is damaged or incomplete; fetch it again") {
    (self.reason, self.advice) = (reason, advice)
  }

  /// Text from a file, fit for a message: short, and without control characters.
  static func quoted(_ text: String) -> String {
    let short = text.unicodeScalars.prefix(80).map {
      $0.properties.generalCategory == .control ? "\u{FFFD}" : String($0)
    }
    return "'" + short.joined() + (text.unicodeScalars.count > 80 ? "…'" : "'")
  }
}
