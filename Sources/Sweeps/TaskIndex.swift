/// Which chain of a plan a process is to make, as a cluster's scheduler tells it.
public struct TaskIndex: Hashable, Sendable {
  /// From 0.
  public let index: Int
  /// The variable that said so.
  public let variable: String

  /// Variables by which schedulers number the tasks of an array, in the order in which they are asked:
  /// Slurm, PBS, Kubernetes, AWS Batch, Grid Engine.
  public static let variables = [
    "SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "JOB_COMPLETION_INDEX",
    "AWS_BATCH_JOB_ARRAY_INDEX", "SGE_TASK_ID",
  ]

  /// The index of this task.
  ///
  /// Grid Engine counts from 1 and says `undefined` outside an array; its task 1 is the chain 0.
  ///
  /// - Throws: ``SweepError`` where no variable is set, two are, or one is no index.
  public init(environment: [String: String]) throws(SweepError) {
    let set = Self.variables.filter { name in
      environment[name].map { !$0.isEmpty && $0 != "undefined" } ?? false
    }
    guard let variable = set.first else {
      throw SweepError(
        "which chain is meant? give --index, or run as a task of an array: none of "
          + "\(Self.variables.joined(separator: ", ")) is set")
    }
    guard set.count == 1 else {
      throw SweepError(
        "\(set.joined(separator: " and ")) are set at once; give --index to say which chain is meant"
      )
    }
    let first = variable == "SGE_TASK_ID" ? 1 : 0
    guard let number = Int(environment[variable]!), number >= first else {
      throw SweepError(
        "\(variable) is '\(environment[variable]!)', expected a whole number from \(first)")
    }
    (index, self.variable) = (number - first, variable)
  }
}
