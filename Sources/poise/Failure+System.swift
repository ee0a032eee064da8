import Files
import Foundation

extension Failure {
  /// An error of the system or of Foundation in our own words; `nil` where it is none.
  static func ofSystem(_ error: any Error) -> Failure? {
    switch error {
    case let error as DecodingError: return Failure(words(for: error), code: badInput)
    case is EncodingError:
      return Failure("a number that is not finite, or a text, cannot be written as JSON", code: bug)
    default: break
    }
    if let refusal = SystemRefusal(of: error) {
      return Failure(refusal.description, code: cannotWrite)
    }
    guard let file = FileError(foundation: error) else { return nil }
    return Failure(file.description, code: file.code == ENOENT ? missingInput : cannotWrite)
  }

  private static func words(for error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "" : " at '\(path)'"
    }
    let advice = "it was written by another version, or is damaged"
    switch error {
    case .keyNotFound(let key, let context):
      return "a stored text lacks the key '\(key.stringValue)'\(place(context)); \(advice)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "a stored text has a value of another kind than expected\(place(context)); \(advice)"
    case .dataCorrupted(let context):
      return "a stored text is no JSON\(place(context)); \(advice)"
    @unknown default: return "a stored text cannot be understood; \(advice)"
    }
  }
}
