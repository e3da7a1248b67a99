// A row of a list opens with a click anywhere on it, arrows move between rows, "/" goes to the search. Everything works without this file.
(function(){
document.addEventListener("click",function(event){
 var row=event.target.closest("table.list tbody tr");
 if(!row||event.target.closest("a,button,input,label,details,form")||String(getSelection()))return;
 var link=row.querySelector("td a");
 if(link)link.click();
});
[].forEach.call(document.querySelectorAll("[data-tick-all]"),function(all){
 all.hidden=false;
 all.addEventListener("change",function(){[].forEach.call(all.closest("table").querySelectorAll("td input[type=checkbox]:enabled"),function(box){box.checked=all.checked})});
});
document.addEventListener("keydown",function(event){
 var step={ArrowDown:1,ArrowUp:-1}[event.key],here=event.target;
 if(!step||event.ctrlKey||event.metaKey||event.altKey||!here.closest("table.list tbody tr, #q")||here.closest("select,textarea"))return;
 var links=[].filter.call(document.querySelectorAll("table.list tbody tr"),function(row){return row.querySelector("td a")});
 var place=links.indexOf(here.closest("tr"))+step,next=links[place];
 if(next){event.preventDefault();next.querySelector("td a").focus()}
 else if(place<0&&document.getElementById("q")){event.preventDefault();document.getElementById("q").focus()}
});
document.addEventListener("keydown",function(event){
 if(event.key!=="/"||event.ctrlKey||event.metaKey||/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))return;
 var field=document.getElementById("q");
 if(field){event.preventDefault();field.focus();field.select()}
});
})();
