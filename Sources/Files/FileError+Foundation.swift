import Foundation

extension FileError {
  /// An error of Foundation about a file, in the system's words; `nil` where it is none, or where
  /// Foundation says neither which file nor which number of the system.
  ///
  /// - Parameters:
  ///   - operation: what was tried.
  ///   - path: the file, where the error does not name one.
  public init?(foundation error: any Error, _ operation: String = "use", _ path: String? = nil) {
    if let error = error as? POSIXError {
      self.init(operation, path ?? "a file", code: error.code.rawValue)
      return
    }
    let error = error as NSError
    guard [NSCocoaErrorDomain, NSPOSIXErrorDomain].contains(error.domain) else { return nil }
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
    let number = [error, underlying].compactMap(\.self).first { $0.domain == NSPOSIXErrorDomain }
    let named =
      error.userInfo[NSFilePathErrorKey] as? String
      ?? (error.userInfo[NSURLErrorKey] as? URL)?.path ?? path
    if let code = number.map({ Int32($0.code) }) ?? Self.systemCode(ofCocoa: error.code) {
      self.init(operation, named ?? "a file", code: code)
    } else if let named {
      self.init(operation, named, reason: "the system refused and did not say why")
    } else {
      return nil
    }
  }

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
}
