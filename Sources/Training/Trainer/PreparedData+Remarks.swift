import Datasets
import Results

extension PreparedData {
  /// What was set aside, repaired or assumed on the way from the files to the splits, one sentence
  /// each: what `poise data` lists in detail.
  public var remarks: [DatasetRemark] {
    let summary = DatasetSummary(of: splits)
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
    remarks += splits.notes.map { DatasetRemark(.split, sentence: $0) }
    if splits.droppedByLongTail > 0 {
      remarks.append(
        DatasetRemark(
          .longTail, count: splits.droppedByLongTail,
          "\(splits.droppedByLongTail) training images left out by the long tail"))
    }
    return remarks
  }
}
