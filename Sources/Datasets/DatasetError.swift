import Files

/// Why a data set cannot be read: where, what was found and expected, what to do.
public struct DatasetError: SystemRefusing, CustomStringConvertible, Hashable, Sendable {
  /// What kind of trouble it is.
  public enum Code: String, Sendable {
    case unreadableFile, missingFile, missingColumn, malformedTable, badPattern, badFolders
    case badLabels, noUsableExample, tooManyQuarantined
  }
  /// What kind of trouble it is.
  public var code: Code
  /// The file, folder or key at fault.
  public var place: String
  /// What was found and what was expected.
  public var reason: String
  /// What to do; may be empty.
  public var advice: String
  /// Set where the machine and not the data set is at fault.
  public private(set) var refusal: SystemRefusal?

  /// An error with all its parts.
  public init(_ code: Code, at place: String, _ reason: String, advice: String = "") {
    (self.code, self.place, self.reason, self.advice) = (code, place, reason, advice)
  }

  /// An error of the file system or of a container's content.
  init(_ error: FileError) {
    self.init(.unreadableFile, at: error.path, error.description)
    refusal = error.refusal
  }

  public var description: String {
    // A file's error names its path itself.
    let sentence = code == .unreadableFile ? reason : "\(place): \(reason)"
    return PlainText.line(advice.isEmpty ? sentence : "\(sentence); \(advice)")
  }
}

/// Why a data set cannot be divided: which key, what was found and expected, what to do.
public struct SplitError: Error, CustomStringConvertible, Hashable, Sendable {
  /// What kind of trouble it is.
  public enum Code: String, Sendable {
    case invalidShare, missingColumn, badCondition, badList, noGivenSplit, unknownClass
    case badSelection, badLongTail, noClass, noTrainingImage, noTestImage, noGroup, badPattern
    case badFolds
  }
  /// What kind of trouble it is.
  public var code: Code
  /// The key at fault, as a file names it, such as `split.validation`.
  public var place: String
  /// What was found and what was expected.
  public var reason: String
  /// What to do; may be empty.
  public var advice: String

  /// An error with all its parts.
  public init(_ code: Code, at place: String, _ reason: String, advice: String = "") {
    (self.code, self.place, self.reason, self.advice) = (code, place, reason, advice)
  }

  public var description: String {
    PlainText.line(advice.isEmpty ? "\(place): \(reason)" : "\(place): \(reason); \(advice)")
  }
}

/// Runs what may fail with a file's error, and says it as a data set's.
func asDatasetError<Value>(_ body: () throws(FileError) -> Value) throws(DatasetError) -> Value {
  do throws(FileError) { return try body() } catch { throw DatasetError(error) }
}
