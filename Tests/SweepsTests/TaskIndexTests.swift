import Sweeps
import Testing

/// Which chain a task of an array is to make.
@Suite struct TaskIndexTests {
  @Test(arguments: [
    ("SLURM_ARRAY_TASK_ID", "7", 7), ("PBS_ARRAY_INDEX", "0", 0), ("JOB_COMPLETION_INDEX", "3", 3),
    ("AWS_BATCH_JOB_ARRAY_INDEX", "12", 12), ("SGE_TASK_ID", "1", 0),
  ])
  func `every scheduler's variable counts`(name: String, value: String, index: Int) throws {
    let found = try TaskIndex(environment: [name: value, "SGE_ROOT": "/"])
    #expect(found.index == index && found.variable == name)
  }

  @Test func `Grid Engine outside an array says undefined, and an empty variable is none`() throws {
    let environment = [
      "SGE_TASK_ID": "undefined", "PBS_ARRAY_INDEX": "", "SLURM_ARRAY_TASK_ID": "2",
    ]
    #expect(try TaskIndex(environment: environment).index == 2)
  }

  @Test(arguments: [
    ([:], "none of SLURM_ARRAY_TASK_ID"),
    (["SLURM_ARRAY_TASK_ID": "1", "SGE_TASK_ID": "2"], "are set at once"),
    (["SLURM_ARRAY_TASK_ID": "one"], "is 'one', expected a whole number from 0"),
    (["SGE_TASK_ID": "0"], "is '0', expected a whole number from 1"),
  ])
  func `what is no index is refused`(environment: [String: String], words: String) {
    let error = #expect(throws: SweepError.self) { try TaskIndex(environment: environment) }
    #expect(error?.description.contains(words) == true)
  }
}
