import Files
import Foundation
import Results
import ResultsSQLite
import Sweeps
import Training

/// What a plan's open runs will take on this machine.
enum Forecasting {
  /// Looks ahead at a plan on data that is decoded.
  ///
  /// - Parameters:
  ///   - seconds: that measuring may take, about.
  ///   - isOpen: whether a run has still to be made.
  /// - Throws: what measuring throws.
  static func forecast(
    _ plan: SweepPlan, data: [PreparedData], work: WorkFolder, threads: Int, seconds: Double,
    isOpen: (SweepPlan.PlannedRun) -> Bool = { _ in true }
  ) throws -> SweepForecast {
    let limits = MachineLimits.current()
    var meter: StepMeter? = StepMeter(
      folder: work.cache, threads: threads, machine: limits, seconds: seconds,
      secondsPerShape: seconds / 4)
    return try SweepForecast(
      of: plan, ForecastBasis(data, startup: 0),
      in: SweepForecast.Setting(
        machine: limits, freeDisk: MachineLimits.freeBytes(at: work.cache), threads: threads),
      meter: &meter, isOpen: isOpen)
  }

  /// Configuration hashes of the runs that a store has as done.
  static func done(of plan: SweepPlan, inStoreAt path: String) throws -> Set<String> {
    guard try FileStamp(of: path) != nil else { return [] }
    let store: SQLiteRunStore
    do {
      store = try SQLiteRunStore(readOnly: path)
    } catch ResultsFileError.empty {
      // A sweep that was ended before its first entry left it; this one fills it.
      return []
    }
    return Set(
      try plan.runs.map(\.description.configHash).filter {
        try store.find(sweep: plan.experiment.name, configHash: $0)?.status == .done
      })
  }
}
