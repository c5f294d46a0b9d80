# CALL and DO.
CALL <<p||p()||d.p()||`d`.`p`(1)||p(1, 'x', NULL, @a, ?, 1 + 1)||p((SELECT 1))||p(a)||p(DEFAULT)||p(,)||p(1,)||p 1||p(*)||p() x||||'p'()||d.e.p()||.p()||d.p||if()||`if`()||p(@a := 1)||p(a => 1)||p(1 AS a)||p(DISTINCT 1)||replace()||status()||p ()>>
DO <<1||1, 2||SLEEP(0)||(SELECT 1)||1 AS x||1 x||||*||t.*||1,||@a := 1||EXISTS (SELECT 1)||RELEASE_LOCK('x'), GET_LOCK('y', 0)||SELECT 1||1 INTO @a||1 FROM t>>
