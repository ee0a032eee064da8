import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import Kernels
import Networks
import Reports
import Results
import ResultsSQLite
import Strategies
import Sweeps
import Training
import Weights

/// An error on its way out: what to print and the exit code that says which kind it was.
struct Failure: Error, CustomStringConvertible {
  var message: String
  var code: Int32

  var description: String { message }

  static let bug: Int32 = 1
  static let someRunsFailed: Int32 = 2
  static let wrongUsage: Int32 = 64
  static let badInput: Int32 = 65
  static let missingInput: Int32 = 66
  static let cannotWrite: Int32 = 73
  static let stoppedWithWorkLeft: Int32 = 75

  init(_ message: String, code: Int32) { (self.message, self.code) = (message, code) }

  /// The exit code follows from the room that found the problem.
  init(_ error: any Error) {
    message = "\(error)"
    switch error {
    case let problems as ExperimentProblems:
      code = problems.areAllMissing ? Self.missingInput : Self.badInput
    case let error as DatasetError:
      code =
        error.code == .missingFile
        ? Self.missingInput : error.refusal == nil ? Self.badInput : Self.cannotWrite
    case is SplitError, is InvalidParameter, is SweepError, is TrainingError, is WeightError,
      is CheckpointError, is MemoryShortage:
      code = Self.badInput
    case is SystemRefusal: code = Self.cannotWrite
    case is MissingRun: code = Self.missingInput
    case let error as FileError:
      code = error.code == ENOENT ? Self.missingInput : Self.cannotWrite
      if let refusal = error.refusal { message = refusal.description }
    case let error as ResultsFileError: code = Self.code(of: error)
    case let damage as StoreDamage:
      message = "the store is damaged: \(damage); 'poise verify' says what is sound and what to do"
      code = Self.badInput
    case RunStoreError.damaged: code = Self.badInput
    case let error as RunStoreError: code = error.isRefusal ? Self.cannotWrite : Self.bug
    case is ComparisonError: code = Self.missingInput
    default:
      self = Self.ofSystem(error) ?? Failure("\(error)", code: Self.bug)
    }
  }

  private static func code(of error: ResultsFileError) -> Int32 {
    switch error {
    case .missing, .empty: missingInput
    case .isDirectory, .notADatabase, .foreign, .newer, .corrupted, .triggers, .noName, .notAFile:
      badInput
    case .stopped: stoppedWithWorkLeft
    case .linked, .missingFolder, .notWritable, .readOnly, .locked, .full, .refused, .other:
      cannotWrite
    }
  }

  /// Whether ArgumentParser should print the error itself: usage, help, version, exit codes.
  static func isUsage(_ error: any Error) -> Bool {
    error is ValidationError || error is ExitCode || error is CleanExit
      || "\(type(of: error))" == "CommandError"
  }
}
