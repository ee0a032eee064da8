import Datasets
import Experiments
import Files
import Training

extension Experiment {
  /// An error of the data as a problem of the file, at the key that it is about; other errors as they
  /// are.
  public func located(_ error: any Error) -> any Error {
    if let refusal = SystemRefusal(of: error) { return refusal }
    switch error {
    case let error as DatasetError:
      return ExperimentProblems(problems: [
        Problem(
          at: marks.place(of: Self.key(of: error)), message: "\(error)",
          isMissing: error.code == .missingFile)
      ])
    case let error as SplitError:
      return ExperimentProblems(problems: [
        Problem(at: marks.place(of: error.place), message: "\(error)")
      ])
    default: return error
    }
  }

  /// The key that an error of the data is about: the one it names, or the folder of the data.
  private static func key(of error: DatasetError) -> String {
    if error.place.hasPrefix("dataset.") { return error.place }
    return error.code == .tooManyQuarantined ? "dataset.quarantine_limit" : "dataset.root"
  }

  /// What a sample of the pictures shows: an error where far more cannot be used than may be, else a
  /// warning.
  public func problems(of sample: SampledData, limit: Double) -> [Problem] {
    guard let sampled = sample.sampled, let first = sample.unreadable.first else { return [] }
    let count = sample.unreadable.count
    let share = Double(count) / Double(sampled)
    // Three and twice the limit are hardly chance: below one in a hundred for the usual 5 %.
    let isCertain = count >= 3 && share > 2 * limit
    let percent = { (share: Double) in "\(Int((share * 100).rounded())) %" }
    return [
      Problem(
        isCertain ? .error : .warning, at: marks.place(of: "dataset.root"),
        message: "\(count) of \(sampled) sampled pictures cannot be used, such as "
          + "'\(first.id)' (\(first.detail))",
        hint: isCertain
          ? "dataset.quarantine_limit allows \(percent(limit)); repair the data"
          : "'poise data' looks at all of them")
    ]
  }
}
