import Files
import Foundation

extension Failure {
  /// An error of the system or of Foundation in our own words; `nil` where it is none.
  static func ofSystem(_ error: any Error) -> Failure? {
    switch error {
    case let error as DecodingError: return Failure(words(for: error), code: badInput)
    case let error as POSIXError:
      return Failure("the system refused: " + text(of: error.code.rawValue), code: cannotWrite)
    default: break
    }
    let error = error as NSError
    guard [NSCocoaErrorDomain, NSPOSIXErrorDomain].contains(error.domain) else { return nil }
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
    let number = [error, underlying].compactMap(\.self).first { $0.domain == NSPOSIXErrorDomain }
    let code = number.map { Int32($0.code) } ?? systemCode(ofCocoa: error.code)
    let path =
      error.userInfo[NSFilePathErrorKey] as? String
      ?? (error.userInfo[NSURLErrorKey] as? URL)?.path
    guard let code else {
      return path.map { Failure("'\($0)' cannot be used", code: cannotWrite) }
    }
    let exitCode = code == ENOENT ? missingInput : cannotWrite
    guard let path else { return Failure("the system refused: " + text(of: code), code: exitCode) }
    return Failure(FileError("use", path, code: code).description, code: exitCode)
  }

  private static func text(of code: Int32) -> String { String(cString: strerror(code)) }

  /// The system's number for one of Foundation's, where Foundation keeps none.
  private static func systemCode(ofCocoa code: Int) -> Int32? {
    switch CocoaError.Code(rawValue: code) {
    case .fileNoSuchFile, .fileReadNoSuchFile: ENOENT
    case .fileReadNoPermission, .fileWriteNoPermission: EACCES
    case .fileWriteOutOfSpace: ENOSPC
    case .fileWriteVolumeReadOnly: EROFS
    case .fileWriteFileExists: EEXIST
    case .fileReadTooLarge: EFBIG
    default: nil
    }
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
