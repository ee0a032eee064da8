import Datasets
import Results

extension PreparedData {
  /// What was set aside, repaired or assumed on the way from the files to the splits, one sentence
  /// each: what `poise data` lists in detail. Of folds, which share one record, what not all of them have
  /// begins with `fold 2: `.
  public var remarks: [DatasetRemark] {
    var remarks = summary.quarantine.map { line in
      DatasetRemark(
        .quarantined, count: line.count, "\(line.count) left out: \(line.reason.rawValue)")
    }
    remarks += summary.repairs.map { line in
      let rows = line.lines.count == 1 ? "row" : "rows"
      return DatasetRemark(
        .repaired, count: line.lines.count,
        "\(line.lines.count) \(rows) mended: \(line.repair.rawValue)")
    }
    remarks += catalogue.notes.map { DatasetRemark(.catalogue, sentence: $0) }
    remarks += summary.notes.dropFirst(catalogue.notes.count).map {
      DatasetRemark(.split, sentence: $0)
    }
    if summary.droppedByLongTail > 0 {
      remarks.append(
        DatasetRemark(
          .longTail, count: summary.droppedByLongTail,
          "\(summary.droppedByLongTail) training images left out by the long tail"))
    }
    return remarks
  }
}
